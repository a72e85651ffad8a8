"""The sample digest looks as it did when a person last looked at it."""

from __future__ import annotations

import pytest

from tests.render.goldens import FOLDER, GOLDENS


@pytest.mark.parametrize("name", GOLDENS)
def test_a_form_is_unchanged(name: str) -> None:
    """A form may change only with its golden: ``python -m tests.render.goldens``."""
    assert GOLDENS[name]().encode() == (FOLDER / name).read_bytes()
