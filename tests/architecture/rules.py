"""The rules of the code as functions from source text to complaints.

Each rule takes a module's name and its parsed source, so that a test can plant a fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Which packages each package may import.
USES: Mapping[str, tuple[str, ...]] = {
    "bot.latex": (),
    "bot.texts": (),
    "bot.concurrency": (),
    "storage": (),
    "bot.arxiv": ("bot.latex", "storage.records"),
    "bot.topics": ("bot.arxiv", "bot.latex", "bot.texts", "storage"),
    "bot.render": ("bot.arxiv", "bot.latex", "bot.texts", "storage.records"),
    "bot.summaries": ("bot.topics", "bot.latex", "bot.texts", "bot.concurrency", "storage"),
    "bot.ranking": ("bot.topics", "bot.arxiv", "storage"),
    "bot.ingest": ("bot.arxiv", "bot.texts", "bot.render", "bot.concurrency", "storage"),
    "bot.digests": (
        "bot.topics",
        "bot.ranking",
        "bot.summaries",
        "bot.render",
        "bot.arxiv",
        "bot.texts",
        "storage",
    ),
    "bot.delivery": ("bot.render", "bot.concurrency", "storage"),
    "bot.health": ("bot.arxiv", "bot.ingest", "bot.summaries", "bot.texts", "storage"),
    "bot.chat": (
        "bot.health",
        "bot.digests",
        "bot.summaries",
        "bot.ranking",
        "bot.topics",
        "bot.render",
        "bot.texts",
        "bot.arxiv",
        "bot.concurrency",
        "storage",
    ),
    "bot.app": (
        "bot.chat",
        "bot.delivery",
        "bot.digests",
        "bot.health",
        "bot.ingest",
        "bot.summaries",
        "bot.topics",
        "bot.render",
        "bot.texts",
        "bot.arxiv",
        "bot.concurrency",
        "storage",
    ),
    "bot.demo.start": ("bot.demo", "bot.app", "bot.chat", "bot.digests", "bot.arxiv", "storage"),
    "bot.demo": ("bot.texts", "bot.arxiv", "storage"),
    "bot.cli": (
        "bot.app",
        "bot.demo",
        "bot.chat",
        "bot.health",
        "bot.digests",
        "bot.ingest",
        "bot.summaries",
        "bot.topics",
        "bot.render",
        "bot.texts",
        "bot.arxiv",
        "bot.concurrency",
        "storage",
    ),
    "bot.__main__": ("bot.cli",),
    "bot": (),  # its version
}

# Inside these packages each row may import the rows before it and its own.
ROWS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "bot.chat": (
        ("api", "user_limits"),
        ("read_cache",),
        ("request_and_reply",),
        ("services",),
        ("widgets",),
        ("handlers",),
        ("handler_table",),
        ("dispatch",),
    ),
    "storage": (
        ("records", "errors"),
        ("engine",),
        ("papers", "summaries"),  # a paper is stored with its summaries, and they are indexed
        ("chats", "digests"),
        ("messages", "operations", "feeds"),
        ("store",),
    ),
}

LIBRARY_HOMES: Mapping[str, tuple[str, ...]] = {
    "telegram": ("bot.chat",),
    "aiohttp": ("bot.chat.api.transport",),
    "certifi": ("bot.chat.api.transport",),
    "sqlite_utils": ("storage.engine.migrations", "storage.engine.former_migrations"),
    "sqlite3": ("storage.engine.driver",),
    "pysqlite3": ("storage.engine.driver",),
    "apscheduler": ("bot.app.periodic_jobs",),
    "pydantic": ("bot.app.config", "bot.app.config_errors"),
    "pydantic_settings": ("bot.app.config",),
    "click": ("bot.cli",),
    "rich": ("bot.cli",),
    "uvicorn": ("bot.demo",),
    "starlette": ("bot.demo",),
    "jinja2": ("bot.render.documents.html_page",),
    "httpx": ("bot.ingest.http_client",),
    "stamina": ("bot.ingest.http_client",),
    "feedparser": ("bot.ingest.sources",),
    "openai": ("bot.summaries.llm.client",),
    "httpx2": ("bot.summaries.llm.client",),
    "sentencex": ("bot.summaries.extractive.sentences",),
    "fluent": ("bot.texts",),
    "babel": ("bot.texts", "bot.summaries"),
    "publicsuffixlist": ("bot.texts.telegram_autolinks",),
    "pylatexenc": ("bot.latex", "bot.render.documents.latex_text"),
    "anyascii": ("bot.render.documents.citation",),
    "snowballstemmer": ("bot.topics.query.analyzer",),
    "Stemmer": ("bot.topics.query.analyzer",),
}


def parsed_modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the two packages, parsed."""
    for package in ("bot", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def enclosing_package(name: str) -> str:
    """The module or the package around it that has a row of its own in ``USES``."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in USES and (prefix != "bot" or name == "bot"):
            return prefix
    return ""


def imported_modules(name: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The modules a module imports, with their lines; ``from x import y`` counts as x.y too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                is_module = submodule in USES or _is_module(submodule)
                yield (submodule if is_module else node.module), node.lineno


def _may_import(importer: str, imported: str) -> bool:
    importer_package, imported_package = (
        enclosing_package(importer),
        enclosing_package(imported),
    )
    if importer_package == imported_package:
        return _is_in_order(importer_package, importer, imported)
    return imported_package == "bot" or any(
        imported == allowed or imported.startswith(f"{allowed}.")
        for allowed in USES[importer_package]
    )


def _is_in_order(package: str, user: str, used: str) -> bool:
    """Whether a module of a package may import another one by the rows of the package."""
    rows = {name: n for n, row in enumerate(ROWS.get(package, ())) for name in row}
    depth = package.count(".") + 1
    users, uses = user.split(".")[depth : depth + 1], used.split(".")[depth : depth + 1]
    if not rows or not users:
        return True  # the package itself says what is inside
    return bool(uses) and uses[0] in rows and users[0] in rows and rows[uses[0]] <= rows[users[0]]


def forbidden_imports(name: str, tree: ast.Module) -> list[str]:
    """Imports of a package, or of a row inside one, that the table does not allow."""
    if not enclosing_package(name):
        return [f"{name}: has no place; give it one in tests/architecture/rules.py"]
    return [
        f"{name}:{line}: may not import {imported}"
        for imported, line in imported_modules(name, tree)
        if imported.split(".")[0] in ("bot", "storage") and not _may_import(name, imported)
    ]


def misplaced_libraries(name: str, tree: ast.Module) -> list[str]:
    """Libraries imported away from their home."""
    complaints = []
    for imported, line in imported_modules(name, tree):
        library = imported.split(".")[0]
        homes = LIBRARY_HOMES.get(library)
        if homes and not any(name == home or name.startswith(home + ".") for home in homes):
            complaints.append(f"{name}:{line}: {library} lives in {', '.join(homes)}")
    return complaints


def awaits_in_transactions(name: str, tree: ast.Module) -> list[str]:
    """An ``await`` between the beginning and the end of a transaction."""
    complaints = []
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith) and any(
            isinstance(item.context_expr, ast.Call)
            and isinstance(item.context_expr.func, ast.Attribute)
            and item.context_expr.func.attr == "transaction"
            for item in node.items
        ):
            complaints += [
                f"{name}:{inner.lineno}: awaits inside a transaction"
                for statement in node.body
                for inner in ast.walk(statement)
                if isinstance(inner, ast.Await | ast.AsyncFor | ast.AsyncWith)
            ]
    return complaints


def imports_in_functions(name: str, tree: ast.Module) -> list[str]:
    """Imports of our own modules inside functions, which hide a cycle."""
    complaints = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                    ("bot", "storage")
                ):
                    if (
                        enclosing_package(name) in ("bot.cli", "bot.app.wiring")
                        or name == "bot.summaries"
                    ):
                        continue  # commands load what they run, models their library
                    if name in ("storage", "storage.engine.open_database"):
                        continue  # a health probe does without the store, most starts without steps
                    complaints.append(
                        f"{name}:{node.lineno}: imports {node.module} inside a function"
                    )
    return complaints


_SENTENCE = re.compile(r"[A-Za-z]+(?: [A-Za-z'’]+){2,}")
# Telegram's own error texts, and queries to try.
_QUOTED_CONSTANT = re.compile(r"_*(?:EXAMPLES\w*|\w*_ERRORS)")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_USER_FACING_MODULES = (
    "bot.chat",
    "bot.topics.edit_subscriptions",
    "bot.digests.publish",
    "bot.delivery.worker",
    "bot.render",
    "bot.digests.select_entries",
)
# The document's grammar and the sample, and what people and models write to us in Chinese.
_MODULES_WITH_CHINESE = (
    "bot.render.documents",
    "bot.demo",
    "bot.chat.handlers.topics.free_text",
    "bot.topics.query.did_you_mean",
    "bot.arxiv.identifiers",
    "bot.topics.query.fields_and_terms",
    "bot.topics.query.analyzer",
    "bot.summaries",
    "bot.topics.time_zones",
    "bot.topics.times_of_day",
    "bot.topics.cadence_text",
    "bot.topics.pause_end",
)
_OPERATOR_OUTCOMES = (
    "RetryLater",
    "UnknownOutcome",
    "ChatUnreachable",
    "MessageRejected",
)  # outcomes: for the operator, not the chat


def sentences_outside_texts(name: str, tree: ast.Module) -> list[str]:
    """Sentences for people outside ``texts``: prose in a face or verb, Chinese anywhere."""
    if enclosing_package(name) == "bot.texts":
        return []
    skipped = _nodes_not_shown(tree)
    complaints = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if node in skipped:
            continue
        is_sentence = name.startswith(_USER_FACING_MODULES) and _SENTENCE.search(node.value)
        is_chinese = _HAN.search(node.value) and not name.startswith(_MODULES_WITH_CHINESE)
        if is_sentence or is_chinese:
            complaints.append(f"{name}:{node.lineno}: {node.value[:60]!r} belongs into bot/texts")
    return complaints


def _nodes_not_shown(tree: ast.Module) -> set[ast.AST]:
    """Docstrings, log lines, and the facts of errors that no person reads."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Raise) and node.exc is not None:
            call = node.exc
            if not (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "Refusal"
            ):
                skipped.update(ast.walk(call))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _OPERATOR_OUTCOMES
        ) or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in ("log", "warnings", "re")
        ):
            skipped.update(ast.walk(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
            node.value, ast.Dict | ast.Tuple | ast.Set
        ):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and _QUOTED_CONSTANT.fullmatch(target.id):
                skipped.update(ast.walk(node.value))
    return skipped


def import_cycles(trees: Mapping[str, ast.Module]) -> list[str]:
    """Circles of imports between modules."""
    graph = {
        name: {
            imported
            for imported, _ in imported_modules(name, tree)
            if imported in trees and imported != name
        }
        for name, tree in trees.items()
    }
    visited: set[str] = set()
    import_circles: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            import_circles.append(" -> ".join([*path[path.index(name) :], name]))
        elif name not in visited:
            for imported in sorted(graph[name]):
                visit(imported, (*path, name))
            visited.add(name)

    for name in sorted(graph):
        visit(name, ())
    return import_circles
