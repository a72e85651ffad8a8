"""Install what requirements.lock names into .venv: what the bot needs, or what its tests add.

``make`` calls this before anything is installed, so it imports the standard library only and its
sentences stand here, not in bot/texts. A stamp in .venv says that a part is whole; an environment
without one, of another lock or of another Python is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
LOG = ROOT / "build" / "install.log"
# What pip, or the operating system through it, says in each case.
DISK_FULL = re.compile(r"Errno 28\b|No space left on device")
HASH_MISMATCH = re.compile(r"DO NOT MATCH THE HASHES")
INDEX_UNREACHABLE = re.compile(
    r"Failed to establish a new connection|NameResolutionError|Max retries exceeded"
    r"|Could not fetch URL|Read timed out|ConnectTimeout|Connection (broken|reset|aborted|refused)"
    r"|IncompleteRead|ProxyError|SSLError"
)
NO_MATCHING_DISTRIBUTION = re.compile(r"No matching distribution found for (\S+)")


class InstallationFailed(Exception):
    """The installation cannot go on; the message says why and what to do."""


def lock_sections(lock: str) -> dict[str, str]:
    """Return the requirements of each section of the lock by the section's name."""
    _, *names_and_texts = re.split(r"^# --- (\w+) ---\n", lock, flags=re.MULTILINE)
    return dict(zip(names_and_texts[::2], names_and_texts[1::2], strict=True))


def distribution_names(requirements: str) -> list[str]:
    """Return the distributions that some lines of the lock name, in their order."""
    return re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", requirements, re.MULTILINE)


def failure_reason(output: str, free: int) -> str:
    """Say why pip failed, by what it printed and how many bytes are free, and what to do."""
    log = f"What pip said is in {LOG.relative_to(ROOT)}."
    if DISK_FULL.search(output) or free < 1 << 20:
        return (
            "The disk is full. Papergram needs about 200 MB here, 500 MB with its tests, and as"
            f" much for temporary files; make room and run make again. {log}"
        )
    if HASH_MISMATCH.search(output):
        return (
            "A downloaded file is not the one that requirements.lock names, so it was not"
            f" installed. Check the package index or the proxy that sent it. {log}"
        )
    if INDEX_UNREACHABLE.search(output):
        return (
            "The package index could not be reached. Check the network or the proxy and run make"
            f" again; what was downloaded is kept. {log}"
        )
    if unfit := NO_MATCHING_DISTRIBUTION.search(output):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"The package index has no file of {unfit[1]} for Python {version} on this machine."
            f" Try another Python: make PYTHON=python3.13. {log}"
        )
    *_, last = re.findall(r"^error: (.+)", f"error: no reason was given\n{output}", re.I | re.M)
    return f"The installation failed: {last.rstrip('.')}. {log}"


def progress_text(output: str, total: int, unpacked: int) -> str:
    """Say how far pip is, by what it printed and how many distributions it has unpacked."""
    collected = re.findall(r"^(?:Collecting|Processing) (?:\S*/)?(\S+)", output, re.MULTILINE)
    passed = re.findall(r"^(?:Ignoring|Requirement already satisfied:) ", output, re.MULTILINE)
    if not collected:
        return ""
    if "\nInstalling collected packages: " in output:
        return f"unpacked {min(unpacked, len(collected))} of {len(collected)} packages"
    current = re.split(r"==|-\d", collected[-1])[0]
    return f"downloading package {len(collected) + len(passed)} of {total}: {current}"


def run_logged(*command: str | Path, total: int = 0) -> None:
    """Run a command with its output in the log, and show how far it is."""
    unpacked_before, started_at, printed_at = count_unpacked(), LOG.stat().st_size, time.monotonic()
    shown_line = ""
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        while process.poll() is None:
            time.sleep(0.1)
            line = progress_text(
                output_since(started_at), total, count_unpacked() - unpacked_before
            )
            if line == shown_line:
                continue
            if sys.stdout.isatty():
                print(f"\r\x1b[K  {line}", end="", flush=True)
            elif time.monotonic() < printed_at + 10:
                continue
            else:
                print(f"  {line}", flush=True)
            shown_line, printed_at = line, time.monotonic()
    finally:
        process.wait()
        if shown_line and sys.stdout.isatty():
            print("\r\x1b[K", end="", flush=True)
    if process.returncode:
        raise InstallationFailed(
            failure_reason(output_since(started_at), shutil.disk_usage(ROOT).free)
        )


def output_since(position: int) -> str:
    """Return what the log has from a byte on."""
    with LOG.open("rb") as log:
        log.seek(position)
        return log.read().decode(errors="replace")


def count_unpacked() -> int:
    """Count the distributions in .venv."""
    return len(list(VENV.glob("lib/python*/site-packages/*.dist-info")))


def install(part: str) -> None:
    """Install one part, ``runtime`` or ``tests``, and stamp it when it is whole."""
    lock = LOCK.read_text(encoding="utf-8")
    stamp_text = f"{hashlib.sha256(lock.encode()).hexdigest()} {sys.version.split()[0]}\n"
    stamps = [VENV / "runtime", VENV / "tests"]
    is_current = stamps[0].is_file() and stamps[0].read_text(encoding="utf-8") == stamp_text
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_bytes(b"")

    for stamp in stamps:
        stamp.unlink(missing_ok=True)
    if not is_current:
        if importlib.util.find_spec("ensurepip") is None:
            package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
            raise InstallationFailed(
                "This Python cannot make virtual environments: it lacks a part of its venv module."
                f" On Debian and Ubuntu, apt install {package}; then run make again."
            )
        run_logged(sys.executable, "-m", "venv", "--clear", VENV)

    pip = (VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input")
    section = lock_sections(lock)
    requirements = section["tests"] if part == "tests" else ""
    if part == "runtime" or not is_current:
        requirements = section["build"] + section["runtime"] + requirements
    requirements_file = LOG.with_name(f"{part}.txt")
    requirements_file.write_text(requirements, encoding="utf-8")
    pip_options = (
        "--progress-bar=off",
        "--no-deps",
        "--require-hashes",
        "--requirement",
        requirements_file,
    )
    run_logged(*pip, "install", *pip_options, total=len(distribution_names(requirements)))
    run_logged(*pip, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT)
    if part == "tests":
        run_logged(*pip, "check")
    for stamp in stamps[: 1 + (part == "tests")]:
        stamp.write_text(stamp_text, encoding="utf-8")


def main() -> int:
    """Install the part that the command line names; 1 when that failed."""
    part = sys.argv[1]
    product_name = {"runtime": "Papergram", "tests": "what Papergram's tests need"}[part]
    print(
        f"Installing {product_name} into .venv; pip's output goes to {LOG.relative_to(ROOT)}.",
        flush=True,
    )
    try:
        install(part)
    except InstallationFailed as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The installation failed: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; run make again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
