"""Check that the measures of readability count what they should."""

from __future__ import annotations

import ast

import pytest

from tests.architecture import measures


def test_every_kind_of_binding_is_counted() -> None:
    tree = ast.parse(
        "import a as one\n"
        "def told(kept, *, at=1):\n"
        "    with some() as given: rest = [far for far in given]\n"
    )

    names = set(measures.bound_names(tree))

    assert names == {"one", "told", "kept", "at", "given", "rest", "far"}


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("What wakes a worker?", True),
        ("When is it due? By the clock.", True),
        ("Compute when a digest is due.", False),
        ("Answer questions. Which ones? All.", False),
    ],
)
def test_a_docstring_is_a_question_by_its_first_sentence(docstring: str, expected: bool) -> None:
    assert measures.is_question(ast.parse(f'"""{docstring}"""')) is expected


def test_a_private_function_is_judged_by_its_uses() -> None:
    tree = ast.parse(
        "def _once(): pass\ndef _twice(): pass\ndef __str__(): pass\n_once()\n_twice()\n_twice()\n"
    )

    assert list(measures.private_functions(tree)) == ["_once", "_twice"]
    assert measures.is_called_once("_once", tree)
    assert not measures.is_called_once("_twice", tree)
