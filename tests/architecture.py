"""The rules of the house as functions from source text to complaints.

Each rule takes a module's name and its parsed source, so that a test can plant a fault.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent

FLOORS: Mapping[str, int] = {
    "storage.records": 0,
    "storage.engine.query_budget": 0,
    "storage.errors": 0,
    "bot.latex": 0,
    "bot.arxiv.author_names": 0,
    "bot.render.telegram.autolinks": 0,
    "storage": 1,
    "bot.arxiv.taxonomy": 1,
    "bot.topics.query.spellings": 1,
    "bot.topics.query.analyzer": 1,
    "bot.arxiv.identifiers": 1,
    "bot.topics.query.normal_form": 1,
    "bot.topics.query.lexer": 1,
    "bot.topics.query.fields_and_terms": 1,
    "bot.topics.matching.inverted_index": 1,
    "bot.topics.query.parser": 1,
    "bot.topics.time_zones": 1,
    "bot.topics.times_of_day": 1,
    "bot.topics.cadence_text": 1,
    "bot.concurrency.rate_limiter": 1,
    "bot.concurrency.trusted_clock": 1,
    "bot.summaries.gateway.budget": 1,
    "bot.topics.matching": 1,
    "bot.digests.select_entries": 1,
    "bot.arxiv.calendar": 1,
    "bot.topics.next_due": 1,
    "bot.app.basic_settings": 2,
    "bot.texts": 1,
    "bot.render": 1,
    "bot.summaries.extractive.select": 1,
    "bot.summaries.extractive.sentences": 1,
    "bot.summaries.extractive.truncate": 1,
    "bot.summaries.extractive.cues": 1,
    "bot.summaries.extractive.prose": 1,
    "bot.summaries.extractive.lead_ins": 1,
    "bot.summaries.extractive.abstract_sections": 1,
    "bot.summaries.extractive.withdrawal": 1,
    "bot.summaries.verify.findings": 1,
    "bot.summaries.verify.language": 1,
    "bot.summaries.verify.proper_names": 1,
    "bot.summaries.verify.numbers": 1,
    "bot.summaries.llm.json_tex_escapes": 1,
    "bot.summaries.llm.json_answers": 1,
    "bot.summaries.verify.foreign_content": 1,
    "bot.summaries.verify.lengths": 1,
    "bot.summaries.verify.run_checks": 1,
    "bot.ingest.sources": 2,
    "bot.summaries": 2,
    "bot.ingest.ingest_source": 3,
    "bot.ingest.catch_up.backfill": 3,
    "bot.ingest.catch_up.missed_days": 3,
    "bot.ingest.catch_up.unreadable_items": 3,
    "bot.health.troubles": 3,
    "bot.health.alerts": 3,
    "bot.summaries.fill_missing": 3,
    "bot.summaries.gateway.model_state": 3,
    "bot.concurrency.single_flight": 1,
    "bot.summaries.gateway.model_gateway": 3,
    "bot.summaries.jobs": 3,
    "bot.summaries.on_demand": 3,
    "bot.summaries.translate_query": 3,
    "bot.digests.edit_late_summaries": 3,
    "bot.digests.prefetch_summaries": 3,
    "bot.app.retention": 3,
    "bot.digests.wait_for_summaries": 3,
    "bot.summaries.gateway.cost_report": 3,
    "bot.topics.edit_subscriptions": 3,
    "bot.digests.preview": 3,
    "bot.topics.query_suggestions": 3,
    "bot.topics.unreadable_topics": 3,
    "bot.topics.export_file": 3,
    "bot.digests.publish": 3,
    "bot.digests.new_announcements": 3,
    "bot.digests.issue_digest": 3,
    "bot.digests.shared_digest": 3,
    "bot.digests.chat_digest": 3,
    "bot.digests.notices": 3,
    "bot.topics.reschedule": 3,
    "bot.digests.digest_of_days": 3,
    "bot.ranking.similar": 3,
    "bot.ingest.paper_lookup": 3,
    "bot.delivery.worker_context": 3,
    "bot.delivery.batched_commits": 3,
    "bot.delivery.record_outcome": 3,
    "bot.delivery.worker": 3,
    "bot.chat.handler_table": 4,
    "bot.web": 4,
    "bot.demo": 4,
    "bot.app.config": 4,
    "bot.app.config_errors": 3,
    "bot.cli": 5,
    "bot.app.wiring": 5,
    "bot.app.components": 5,
    "bot.app.lifecycle": 5,
    "bot.concurrency.wake_event": 1,
    "bot.app.periodic_jobs": 5,
    "bot.app.log_format": 5,
    "bot.app.open_files": 5,
    "bot.rehearsal": 5,
    "bot.app.leader_election": 5,
    "bot.__main__": 6,
    "bot": 0,  # its docstring and version
}

# On the ground floor a module may use the ones to its left in its own chain, nothing else.
CHAINS = (
    (
        "bot.arxiv.taxonomy",
        "bot.topics.query.spellings",
        "bot.topics.query.analyzer",
        "bot.arxiv.identifiers",
        "bot.topics.query.fields_and_terms",
        "bot.topics.query.lexer",
        "bot.topics.query.normal_form",
        "bot.topics.query.parser",
        "bot.topics.matching.inverted_index",
        "bot.topics.matching",
        "bot.digests.select_entries",
    ),
    ("bot.topics.times_of_day", "bot.texts", "bot.topics.cadence_text"),
    ("bot.texts", "bot.render"),
    ("bot.arxiv.calendar", "bot.topics.next_due"),
    (
        "bot.summaries.extractive.cues",
        "bot.summaries.extractive.truncate",
        "bot.summaries.extractive.sentences",
        "bot.summaries.extractive.prose",
        "bot.summaries.extractive.lead_ins",
        "bot.summaries.extractive.abstract_sections",
        "bot.summaries.extractive.withdrawal",
        "bot.summaries.extractive.select",
        "bot.summaries.verify.findings",
        "bot.summaries.verify.findings",
        "bot.summaries.verify.language",
        "bot.summaries.verify.proper_names",
        "bot.summaries.verify.numbers",
        "bot.summaries.llm.json_tex_escapes",
        "bot.summaries.llm.json_answers",
        "bot.summaries.verify.foreign_content",
        "bot.summaries.verify.lengths",
        "bot.summaries.verify.run_checks",
    ),
    ("storage",),
)
# The one step between chains: classic and web forms say a category's name.
BRIDGES = {("bot.render", "bot.arxiv.taxonomy"), ("bot.render", "bot.topics.query.parser")}

FACES = ("bot.chat.handler_table", "bot.web", "bot.demo", "bot.app.config")

HOMES: Mapping[str, tuple[str, ...]] = {
    "telegram": ("bot.chat.handler_table",),
    "sqlite_utils": ("storage.engine.migrations",),
    "sqlite3": ("storage.engine.driver",),
    "pysqlite3": ("storage.engine.driver",),
    "apscheduler": ("bot.app.periodic_jobs",),
    "click": ("bot.cli",),
    "rich": ("bot.cli",),
    "sentencex": ("bot.summaries.extractive.sentences",),
    "uvicorn": ("bot.app.wiring", "bot.demo"),
    "starlette": ("bot.web", "bot.demo"),
    "jinja2": ("bot.web", "bot.render.documents.html_page"),
    "pydantic": ("bot.app.config", "bot.app.config_errors"),
    "pydantic_settings": ("bot.app.config",),
    "httpx": ("bot.ingest.sources",),
    "aiohttp": ("bot.chat.api.transport",),
    "certifi": ("bot.chat.api.transport",),
    "openai": ("bot.summaries.llm.client",),
    "httpx2": ("bot.summaries.llm.client",),
    "feedparser": ("bot.ingest.sources",),
    "stamina": ("bot.ingest.sources",),
    "fluent": ("bot.texts",),
    "babel": ("bot.texts", "bot.summaries"),
    "publicsuffixlist": ("bot.render.telegram.autolinks",),
    "pylatexenc": ("bot.latex", "bot.render.documents.latex_text"),
    "anyascii": ("bot.render.documents.citation",),
    "snowballstemmer": ("bot.topics.query.analyzer",),
    "Stemmer": ("bot.topics.query.analyzer",),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the two packages, parsed."""
    for package in ("bot", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text(encoding="utf-8"), str(path))


def home_of(name: str, names: Mapping[str, object]) -> str:
    """The longest of ``names`` that is the module or a package around it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in names and (prefix != "bot" or name == "bot"):
            return prefix
    return ""


def imports(name: str, tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The modules a module imports, with their lines; ``from x import y`` counts as x.y too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                known = (
                    inner in FLOORS or (ROOT / inner.replace(".", "/")).with_suffix(".py").exists()
                )
                yield (inner if known else node.module), node.lineno


def _may_use(user: str, used: str) -> bool:
    own, other = home_of(user, FLOORS), home_of(used, FLOORS)
    if not other:
        return False
    if own == other or other == "bot":
        return True
    if FLOORS[own] != FLOORS[other]:
        return FLOORS[other] < FLOORS[own]
    if FLOORS[own] == 1:
        chain = next((c for c in CHAINS if own in c), ())
        left = chain[: chain.index(own)] if chain else ()
        return other in left or (own, other) in BRIDGES
    return not (own in FACES and other in FACES)


def upward_imports(name: str, tree: ast.Module) -> list[str]:
    """Imports that go up, sideways between faces, or out of a chain of the ground floor."""
    if not home_of(name, FLOORS):
        return [f"{name}: has no floor; give it one in tests/architecture.py"]
    return [
        f"{name}:{line}: may not import {used}"
        for used, line in imports(name, tree)
        if used.split(".")[0] in ("bot", "storage") and not _may_use(name, used)
    ]


def strayed_libraries(name: str, tree: ast.Module) -> list[str]:
    """Libraries imported away from their home."""
    found = []
    for used, line in imports(name, tree):
        library = used.split(".")[0]
        homes = HOMES.get(library)
        if homes and not any(name == home or name.startswith(home + ".") for home in homes):
            found.append(f"{name}:{line}: {library} lives in {', '.join(homes)}")
    return found


def waiting_transactions(name: str, tree: ast.Module) -> list[str]:
    """An ``await`` between the beginning and the end of a transaction."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith) and any(
            isinstance(item.context_expr, ast.Call)
            and isinstance(item.context_expr.func, ast.Attribute)
            and item.context_expr.func.attr == "transaction"
            for item in node.items
        ):
            found += [
                f"{name}:{inner.lineno}: awaits inside a transaction"
                for statement in node.body
                for inner in ast.walk(statement)
                if isinstance(inner, ast.Await | ast.AsyncFor | ast.AsyncWith)
            ]
    return found


def late_imports(name: str, tree: ast.Module) -> list[str]:
    """Imports of our own modules inside functions, which hide a cycle."""
    found = []
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                    ("bot", "storage")
                ):
                    if (
                        home_of(name, FLOORS) in ("bot.cli", "bot.app.wiring")
                        or name == "bot.summaries"
                    ):
                        continue  # commands load what they run, models their library
                    if name in ("storage", "storage.engine.open_database"):
                        continue  # a health probe does without the store, most starts without steps
                    found.append(f"{name}:{node.lineno}: imports {node.module} inside a function")
    return found


_SENTENCE = re.compile(r"[A-Za-z]+(?: [A-Za-z'’]+){2,}")
# Telegram's own error texts, and queries to try.
_SPOKEN_BY_OTHERS = ("ERROR", "EXAMPLES")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SPEAKERS = (
    "bot.chat.handler_table",
    "bot.topics.edit_subscriptions",
    "bot.digests.publish",
    "bot.delivery.worker",
    "bot.render",
    "bot.digests.select_entries",
)
# The document's grammar and the sample, and what people and models write to us in Chinese.
_SPELLED = (
    "bot.render.documents.markdown",
    "bot.demo",
    "bot.chat.handlers.topics.free_text",
    "bot.topics.query.alternatives",
    "bot.arxiv.identifiers",
    "bot.topics.query.fields_and_terms",
    "bot.topics.query.analyzer",
    "bot.summaries",
    "bot.topics.time_zones",
    "bot.topics.times_of_day",
    "bot.topics.cadence_text",
)
_REASONS = ("Later", "Unknown", "Gone", "Refused")  # outcomes: for the operator, not the chat


def stray_sentences(name: str, tree: ast.Module) -> list[str]:
    """Sentences for people outside ``texts``: prose in a face or verb, Chinese anywhere."""
    if home_of(name, FLOORS) == "bot.texts":
        return []
    skipped = _not_for_people(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if node in skipped:
            continue
        speaks = name.startswith(_SPEAKERS) and _SENTENCE.search(node.value)
        chinese = _HAN.search(node.value) and not name.startswith(_SPELLED)
        if speaks or chinese:
            found.append(f"{name}:{node.lineno}: {node.value[:60]!r} belongs into bot/texts")
    return found


def _not_for_people(tree: ast.Module) -> set[ast.AST]:
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
            and node.func.id in _REASONS
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
            if isinstance(target, ast.Name) and target.id.strip("_").startswith(_SPOKEN_BY_OTHERS):
                skipped.update(ast.walk(node.value))
    return skipped


def cycles(trees: Mapping[str, ast.Module]) -> list[str]:
    """Circles of imports between modules."""
    graph = {
        name: {used for used, _ in imports(name, tree) if used in trees and used != name}
        for name, tree in trees.items()
    }
    done: set[str] = set()
    found: list[str] = []

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            found.append(" -> ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for used in sorted(graph[name]):
                walk(used, (*path, name))
            done.add(name)

    for name in sorted(graph):
        walk(name, ())
    return found
