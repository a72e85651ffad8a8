"""Check ARCHITECTURE.md against the code: its import table, paths and functions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

import pytest

from tests.architecture.rules import ROOT, USES

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_IMPORT_ROW = re.compile(
    r"^\| `(?P<package>(?:bot|storage)[\w/.]*)` \|[^|]*\| (?P<uses>[^|]*) \|$", re.M
)
_FUNCTIONS = sorted(set(re.findall(r"`([\w/]+\.py):([\w.]+)`", PAGE + GUIDE)))


def _named_paths(page: str) -> list[str]:
    return sorted(set(re.findall(r"`((?:\.?\w+/)+[\w.]*|\w+\.md)`", page)))


_PATHS = _named_paths(PAGE + GUIDE)


def _missing_paths(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if not (ROOT / path).exists()]


def _packages_not_named(packages: Iterable[str], paths: Iterable[str]) -> set[str]:
    return {f"{package}/" for package in packages} - {f"{path.rstrip('/')}/" for path in paths}


def _module_name(path: str) -> str:
    return path.removesuffix("/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _package_name(short_name: str) -> str:
    return short_name if short_name.split(".")[0] == "storage" else f"bot.{short_name}"


def _import_table() -> dict[str, set[str]]:
    return {
        _module_name(row["package"]): set(map(_package_name, re.findall(r"`(.+?)`", row["uses"])))
        for row in _IMPORT_ROW.finditer(PAGE)
    }


def test_the_import_table_is_the_one_that_is_enforced() -> None:
    assert _import_table() == {package: set(uses) for package, uses in USES.items()}


def test_each_path_exists() -> None:
    assert _missing_paths(_PATHS) == []


@pytest.mark.parametrize("path", ["bot/gone/", "bot/topics/gone.py", "GONE.md"])
def test_a_path_that_is_gone_is_noticed(path: str) -> None:
    page = f"Topics live in `bot/topics/`, and `{path}` is gone."

    assert _missing_paths(_named_paths(page)) == [path]


def _has_definition(source: str, qualified_name: str) -> bool:
    """Return whether a module defines a function, or a class's method written ``Class.method``."""
    body: list[ast.stmt] = ast.parse(source).body
    for name in qualified_name.split("."):
        definitions = [
            statement
            for statement in body
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and statement.name == name
        ]
        if not definitions:
            return False
        body = definitions[0].body
    return True


@pytest.mark.parametrize(("path", "function"), _FUNCTIONS)
def test_each_function_exists(path: str, function: str) -> None:
    assert _has_definition((ROOT / path).read_text(encoding="utf-8"), function)


@pytest.mark.parametrize("function", ["gone", "Outbox.gone", "Gone.put", "put"])
def test_a_function_that_is_gone_is_noticed(function: str) -> None:
    source = "class Outbox:\n    def put(self): ...\nasync def poll(): ...\n"

    assert not _has_definition(source, function)
    assert _has_definition(source, "Outbox.put")
    assert _has_definition(source, "poll")


def test_each_package_is_on_the_page() -> None:
    packages = [f"bot/{init.parent.name}" for init in (ROOT / "bot").glob("*/__init__.py")]

    assert _packages_not_named([*packages, "storage"], _PATHS) == set()


def test_a_package_that_is_not_on_the_page_is_noticed() -> None:
    paths = _named_paths("`bot/topics/` and `bot/chat/api/polling.py`")

    assert _packages_not_named(["bot/topics", "bot/chat"], paths) == {"bot/chat/"}


def test_paths_are_found_on_the_page() -> None:
    assert {"bot/ingest/sources/registry.py", "storage/", "tests/data/"} <= set(_PATHS)
