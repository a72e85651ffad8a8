"""The installer says how far it is, and when it fails why and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.packaging import install

ROOT = Path(__file__).parent.parent.parent
ROOMY = 1 << 40
REFUSED = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after"
    " connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection"
    " object at 0x7f86e4374b90>: Failed to establish a new connection: [Errno -3] Temporary failure"
    " in name resolution')': /simple/setuptools/\n"
)
NONE_FITS = (
    "ERROR: Could not find a version that satisfies the requirement setuptools==84.2.1 (from"
    " versions: none)\nERROR: No matching distribution found for setuptools==84.2.1\n"
)
CHANGED = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("output", "free", "message"),
    [
        (REFUSED + NONE_FITS, ROOMY, "The package index could not be reached. Check the network"),
        (NONE_FITS, ROOMY, "The package index has no file of setuptools==84.2.1 for Python 3."),
        (REFUSED + CHANGED, ROOMY, "A downloaded file is not the one that requirements.lock names"),
        (REFUSED + FULL, ROOMY, "The disk is full."),
        ("", 4096, "The disk is full."),  # so that nothing could be written down
        ("ERROR: first.\nERROR: second.\n", ROOMY, "The installation failed: second. What"),
        ("Error: Command '[…]' died with <Signals.SIGTERM: 15>.", ROOMY, "failed: Command '[…]'"),
        ("", ROOMY, "The installation failed: no reason was given. What pip said is in build/"),
    ],
)
def test_a_failure_is_said_by_its_cause(output: str, free: int, message: str) -> None:
    assert message in install.failure_reason(output, free)


@pytest.mark.parametrize(
    ("output", "unpacked", "message"),
    [
        ("Looking in indexes: a mirror\n", 0, ""),
        ("Collecting aiohttp==3.14.5 (from -r x)\n", 0, "downloading package 1 of 9: aiohttp"),
        (
            "Ignoring colorama: markers do not match\nCollecting a-b==1 (from -r x)\n"
            "Processing /mirror/c_d-2.0-py3-none-any.whl (from -r x)\n",
            0,
            "downloading package 3 of 9: c_d",
        ),
        (
            "Collecting a==1\nCollecting b==1\nInstalling collected packages: b, a\n",
            1,
            "unpacked 1 of 2 packages",
        ),
    ],
)
def test_the_progress_is_read_from_what_pip_prints(
    output: str, unpacked: int, message: str
) -> None:
    assert install.progress_text(output, 9, unpacked) == message


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile and the installer, and a lock that names a package of nobody."""
    for name in ("Makefile", "tests/packaging/install.py", "pyproject.toml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    sections = "".join(f"# --- {name} ---\n" for name in ("build", "runtime", "tests"))
    (tmp_path / "requirements.lock").write_text(sections, encoding="utf-8")
    return tmp_path


def made(folder: Path, python: str) -> str:
    """Run make with this for a Python, and return what it says when it fails."""
    command = ["make", "run", f"PYTHON={python}"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert not (folder / ".venv" / "runtime").exists()
    return ended.stdout + ended.stderr


def test_a_python_that_is_missing_or_too_old_is_named(checkout: Path) -> None:
    old = checkout / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit\nexit 1\n')
    old.chmod(0o755)

    assert "there is no python3.0 here. Install it, or name another" in made(checkout, "python3.0")
    assert f"{old} is Python 3.9.2. Name another: make run PYTHON=" in made(checkout, str(old))


def test_a_python_that_cannot_make_environments_is_told_the_package(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian has the module in a package of its own."""
    (checkout / ".venv").mkdir()
    monkeypatch.setattr(install, "ROOT", checkout)
    monkeypatch.setattr(install, "LOCK", checkout / "requirements.lock")
    monkeypatch.setattr(install, "VENV", checkout / ".venv")
    monkeypatch.setattr(install, "LOG", checkout / "build" / "install.log")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(
        install.InstallationFailed, match=r"On Debian and Ubuntu, apt install python3\.\d+-venv"
    ):
        install.install("runtime")
