"""Check ARCHITECTURE.md against the code: its import table and the paths it names."""

from __future__ import annotations

import re

import pytest

from tests.architecture.rules import ROOT, USES

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_IMPORT_ROW = re.compile(
    r"^\| `(?P<package>(?:bot|storage)[\w/.]*)` \|[^|]*\| (?P<uses>[^|]*) \|$", re.M
)
_PATHS = sorted(set(re.findall(r"`((?:\.?\w+/)+[\w.]*|\w+\.md)`", PAGE + GUIDE)))


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


@pytest.mark.parametrize("path", _PATHS)
def test_each_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_paths_are_found_on_the_page() -> None:
    assert {"bot/ingest/sources/registry.py", "storage/", "tests/data/"} <= set(_PATHS)
