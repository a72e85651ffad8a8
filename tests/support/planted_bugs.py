"""Plant a bug in the product, for a test that has to find it."""

from __future__ import annotations

import inspect

import pytest


def plant_bug(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, bug: object) -> None:
    """Replace an attribute of a class or module with a faulty one; functions must be called alike.

    A bug in the place of what no longer exists, or one that is called in another way than the
    original, would prove nothing: it fails the test.
    """
    owner_name = getattr(owner, "__name__", type(owner).__name__)
    if not hasattr(owner, name):
        pytest.fail(f"no bug can be planted: {owner_name} has no {name}", pytrace=False)
    expected_parameters, parameters = _parameter_names(getattr(owner, name)), _parameter_names(bug)
    if parameters != expected_parameters:
        pytest.fail(
            f"no bug can be planted: {owner_name}.{name} takes {expected_parameters},"
            f" the bug takes {parameters}",
            pytrace=False,
        )
    monkeypatch.setattr(owner, name, bug)


def _parameter_names(attribute: object) -> list[str] | None:
    """Return the names of a function's parameters; None for a constant."""
    return list(inspect.signature(attribute).parameters) if callable(attribute) else None
