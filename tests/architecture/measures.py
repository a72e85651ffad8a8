"""Print how readable the tree is, by counting: ``python -m tests.architecture.measures``.

Folders that are too full, names that say nothing, docstrings that ask instead of telling, and
functions cut out of their only caller. Nothing is asserted; the limits are printed beside the
figures.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.rules import ROOT

MAX_FOLDER_MODULES = 15
MAX_EMPTY_WORDS = 20  # bindings per 10,000 lines
_EMPTY_WORDS_TEXT = (
    "found told said kept held given one some at asked known wanted there here own rest far whole"
)
EMPTY_WORDS = frozenset(_EMPTY_WORDS_TEXT.split())


def bound_names(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module binds: variables, parameters, functions, classes, imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def is_question(tree: ast.Module) -> bool:
    """Return whether the first sentence of a module's docstring is a question."""
    first_line = (ast.get_docstring(tree) or "").split("\n")[0]
    return "?" in first_line.split(". ")[0]


def private_functions(tree: ast.Module) -> Iterator[str]:
    """Yield the private functions and methods that a module defines, except dunder methods."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and re.match(
            "_(?!_)", node.name
        ):
            yield node.name


def called_names(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a module reads, by itself or as an attribute."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr


def function_lengths(trees: list[ast.Module]) -> Iterator[int]:
    """Yield the lines of each function, its signature and docstring included."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield (node.end_lineno or node.lineno) - node.lineno + 1


def is_called_once(name: str, tree: ast.Module) -> bool:
    """Return whether a module refers to one of its private functions exactly once."""
    return Counter(called_names(tree))[name] == 1


def _parse(paths: list[Path]) -> tuple[list[ast.Module], int]:
    sources = [path.read_text(encoding="utf-8") for path in paths]
    return [ast.parse(source) for source in sources], sum(s.count("\n") for s in sources)


def _empty_words_rate(trees: list[ast.Module], lines: int) -> float:
    count = sum(name in EMPTY_WORDS for tree in trees for name in bound_names(tree))
    return count * 10_000 / lines


def main() -> None:
    """Print the measures."""
    product_paths = [path for top in ("bot", "storage") for path in (ROOT / top).rglob("*.py")]
    trees, lines = _parse(product_paths)
    test_trees, test_lines = _parse(list((ROOT / "tests").rglob("*.py")))
    folder, modules = Counter(path.parent for path in product_paths).most_common(1)[0]
    questions = sum(map(is_question, trees))
    private = [(name, tree) for tree in trees for name in private_functions(tree)]
    once = sum(is_called_once(name, tree) for name, tree in private)
    lengths = sorted(function_lengths(trees))

    print(f"modules of bot and storage: {len(trees)}")
    print(
        f"fullest folder: {folder.relative_to(ROOT)}, {modules} modules"
        f" (at most {MAX_FOLDER_MODULES})"
    )
    for where, rate in (
        ("bot and storage", _empty_words_rate(trees, lines)),
        ("tests", _empty_words_rate(test_trees, test_lines)),
    ):
        print(f"empty names per 10,000 lines of {where}: {rate:.1f} (below {MAX_EMPTY_WORDS})")
    print(f"module docstrings that are questions: {questions} (0)")
    print(
        f"private functions called once: {once * 100 / len(lengths):.1f} % of all functions"
        " (below 12)"
    )
    print(
        f"lines of a function: median {lengths[len(lengths) // 2]},"
        f" nine tenths at most {lengths[len(lengths) * 9 // 10]}"
    )
    print(f"lines: {lines:,} of bot and storage, {test_lines:,} of tests")


if __name__ == "__main__":
    main()
