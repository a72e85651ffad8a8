"""The lock is complete: nothing that it names needs anything from outside it, on any machine."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.packaging import install

ROOT = Path(__file__).parent.parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
BUILD = PROJECT["build-system"]["requires"]
RUNTIME = PROJECT["project"]["dependencies"]
TESTS = PROJECT["project"]["optional-dependencies"]["test"]

# sqlite-utils asks for the installer, for a command that the bot does not use.
LEFT_OUT = "pip"
# In the lock for other machines; what these need themselves cannot be read here.
ELSEWHERE = {"colorama": "Windows", "httpx2-jsfetch": "Emscripten"}
if (sys.platform, platform.machine()) != ("linux", "x86_64"):
    ELSEWHERE["pysqlite3"] = "Linux on x86-64"

MACHINES = [
    ("linux", "Linux", "x86_64"),
    ("linux", "Linux", "aarch64"),
    ("darwin", "Darwin", "arm64"),
]
PYTHONS = [f"3.{minor}.{patch}" for minor in (11, 12, 13, 14) for patch in (0, 99)]


@dataclass(frozen=True, slots=True)
class Pin:
    """What a line of the lock installs, and on which machines."""

    version: str
    marker: Marker | None

    def is_for(self, machine: Mapping[str, str]) -> bool:
        """Whether it is installed there."""
        return self.marker is None or self.marker.evaluate(dict(machine))


def pins(section: str) -> dict[str, Pin]:
    """Return what a section of the lock installs, by name."""
    lines = re.findall(r"^(\w.*?) \\$", section, re.MULTILINE)
    requirements = [Requirement(line) for line in lines]
    return {
        canonicalize_name(each.name): Pin(str(each.specifier).removeprefix("=="), each.marker)
        for each in requirements
    }


SECTIONS = {name: pins(text) for name, text in install.lock_sections(LOCK).items()}
ALL = {name: pin for section in SECTIONS.values() for name, pin in section.items()}


def machine(python: str, system: tuple[str, str, str]) -> dict[str, str]:
    """Return what markers are evaluated for: a Python on an operating system and a processor."""
    sys_platform, platform_system, platform_machine = system
    return {
        **{name: str(value) for name, value in default_environment().items()},
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "implementation_version": python,
        "sys_platform": sys_platform,
        "platform_system": platform_system,
        "platform_machine": platform_machine,
    }


EVERYWHERE = [machine(python, system) for python, system in product(PYTHONS, MACHINES)]


parsed = cache(Requirement)


@cache
def installed_requirements(name: str) -> list[str]:
    """Return what an installed distribution requires, with its extras as markers."""
    return [] if name in ELSEWHERE else importlib.metadata.requires(name) or []


def closure(
    roots: Iterable[str],
    lock: Mapping[str, Pin],
    where: Mapping[str, str],
    requires: Callable[[str], list[str]] = installed_requirements,
) -> tuple[set[str], list[str]]:
    """Return what some requirements need on a machine, and what the lock lacks of it."""
    needed, missing = set[str](), list[str]()
    pending = [("papergram", "", requirement) for requirement in roots]
    seen = set[tuple[str, str]]()  # a distribution with one of its extras, "" for none
    while pending:
        asker, extra, text = pending.pop()
        requirement = parsed(text)
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({**where, "extra": extra}):
            continue
        if name == LEFT_OUT:
            continue
        pin = lock.get(name)
        if not pin or not pin.is_for(where):
            missing.append(f"{asker} needs {text}, which the lock lacks")
            continue
        if not requirement.specifier.contains(pin.version, prereleases=True):
            missing.append(f"{asker} needs {text}, and the lock has {pin.version}")
        needed.add(name)
        for extra_name in {"", *requirement.extras}:
            if (name, extra_name) not in seen:
                seen.add((name, extra_name))
                pending += [(name, extra_name, each) for each in requires(name)]
    return needed, missing


@pytest.mark.parametrize(
    "where",
    EVERYWHERE,
    ids=lambda where: "{python_full_version}-{sys_platform}-{platform_machine}".format(**where),
)
def test_each_section_holds_all_that_it_needs(where: dict[str, str]) -> None:
    """The bot needs nothing of the tests' section, and nothing needs what no section holds."""
    tests_and_runtime = SECTIONS["runtime"] | SECTIONS["tests"]

    assert closure(BUILD, SECTIONS["build"], where)[1] == []
    assert closure(RUNTIME, SECTIONS["runtime"], where)[1] == []
    assert closure([*RUNTIME, *TESTS], tests_and_runtime, where)[1] == []
    assert (
        closure(
            [f"{name}=={pin.version}" for name, pin in ALL.items() if pin.is_for(where)], ALL, where
        )[1]
        == []
    )


def test_no_section_holds_more_than_it_needs() -> None:
    needed = {
        "build": {name for where in EVERYWHERE for name in closure(BUILD, ALL, where)[0]},
        "runtime": {name for where in EVERYWHERE for name in closure(RUNTIME, ALL, where)[0]},
        "tests": {name for where in EVERYWHERE for name in closure(TESTS, ALL, where)[0]},
    }

    assert set(SECTIONS["build"]) == needed["build"]
    assert set(SECTIONS["runtime"]) - set(ELSEWHERE) == needed["runtime"] - set(ELSEWHERE)
    assert set(SECTIONS["tests"]) - set(ELSEWHERE) == needed["tests"] - needed["runtime"]


def test_what_is_installed_is_what_the_lock_names() -> None:
    installed = {
        canonicalize_name(each.name): each.version for each in importlib.metadata.distributions()
    }

    assert {name for name in ALL if name not in installed} == set(ELSEWHERE)
    assert {name: pin.version for name, pin in ALL.items() if name in installed} == {
        name: version for name, version in installed.items() if name in ALL
    }


@pytest.mark.parametrize("name", ["coverage", "frozenlist", "pluggy", "pysqlite3", "iniconfig"])
def test_a_name_that_is_missing_is_noticed(name: str) -> None:
    lock = {each: pin for each, pin in ALL.items() if each != name}

    missing = closure([*RUNTIME, *TESTS], lock, machine("3.12.4", MACHINES[0]))[1]

    assert missing
    assert all(re.search(rf"needs {name}\b.*which the lock lacks", line) for line in missing)


def test_a_version_that_does_not_fit_is_noticed() -> None:
    lock = ALL | {"coverage": Pin("7.0", None)}

    missing = closure(TESTS, lock, machine("3.12.4", MACHINES[0]))[1]

    assert [line.partition(" needs ")[0] for line in missing] == ["pytest-cov"]


def test_what_an_extra_or_a_marker_asks_for_is_noticed() -> None:
    """An extra's requirement counts where the extra is asked for, a marker's where it is true."""
    required = {
        "asker": ["asked[more]>=1"],
        "asked": ["extra-only; extra == 'more'", "old; python_version < '3.12'"],
    }
    lock = {name: Pin("1.0", None) for name in ("asker", "asked")}

    def lacking(roots: list[str], python: str) -> set[str]:
        missing = closure(roots, lock, machine(python, MACHINES[1]), lambda name: required[name])[1]
        return {line.split(" needs ")[1].partition(";")[0] for line in missing}

    assert lacking(["asker"], "3.12.0") == {"extra-only"}
    assert lacking(["asked"], "3.11.9") == {"old"}
    assert lacking(["asked"], "3.12.0") == set()


def test_the_interpreters_sqlite_serves_where_pysqlite3_has_no_wheel() -> None:
    assert [
        where["platform_machine"] for where in EVERYWHERE[:3] if ALL["pysqlite3"].is_for(where)
    ] == ["x86_64"]


def test_each_requirement_has_hashes_and_no_address() -> None:
    """The whole lock consists of pins, their hashes and the names of the sections."""
    hashed = r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    pin = rf"[a-z0-9-]+==[0-9][0-9a-z.]*(?: ; [^\\\n]+)?{hashed}"
    sections = "".join(rf"# --- {name} ---\n(?:{pin})+" for name in ("build", "runtime", "tests"))

    assert re.fullmatch(rf"# Written by: make lock\n{sections}", LOCK)
    assert LEFT_OUT not in ALL


@pytest.mark.parametrize(
    "file",
    [
        "README.md",
        "CONTRIBUTING.md",
        "Dockerfile",
        "Makefile",
        "tests/packaging/install.py",
        ".ci/run",
    ],
)
def test_each_line_that_installs_takes_the_lock_and_nothing_else(file: str) -> None:
    """Each pip line names its hashes, or builds the project with what is already there."""
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = re.findall(r"^.*\bpip\S* (?:--python \S+ )?(?:install|wheel) .*$", text, re.MULTILINE)

    for line in lines:
        if "==" in line or "uv" in line:
            continue
        assert "--no-deps" in line, line
        assert (
            "--require-hashes" in line or "--no-build-isolation" in line or "--no-index" in line
        ), line


def test_each_version_is_made_for_every_python() -> None:
    expected = {
        name: SpecifierSet(
            ",".join(importlib.metadata.metadata(name).get_all("Requires-Python") or [])
        )
        for name in ALL.keys() - ELSEWHERE.keys()
    }

    unfit = {name for name, each in expected.items() if [*each.filter(PYTHONS)] != PYTHONS}

    assert unfit == set()
