"""Have a model say what a paper is: its title, one sentence and its abstract, in a language.

A model is not believed: every answer is checked, asked for once more with the reasons when it
fails, and given up after that. An answer that is cut short is had in pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bot.summaries.llm import prompts
from bot.summaries.llm.ask_for_fields import CUT_SHORT, ENDLESS, UNREADABLE, Asker, Unfit
from bot.summaries.llm.errors import Usage
from bot.summaries.llm.mask_formulas import keeps_all, keeps_some, restore
from bot.summaries.llm.paper_for_prompt import LONG, Source, halves, pieces, source
from bot.summaries.verify.findings import Fault, Told
from bot.summaries.verify.language import is_english
from bot.summaries.verify.run_checks import faults
from bot.texts.telegram_autolinks import autolinks
from storage.records import Paper

if TYPE_CHECKING:
    from bot.summaries.llm.client import Model

PROMPT = prompts.VERSION
"""The version of the prompts; changes whenever the words that are sent change."""

TRIES = 2
_MOST_SOURCE = 20_000  # characters; no abstract of a paper is longer
_GIST_ROOM = 400  # tokens, for any language
_ROOM = 1.5  # tokens of an answer for a character of its source, in the scripts that need most

_REASONS = {UNREADABLE: "It was not the JSON object with these keys."}
_HOPELESS = frozenset({CUT_SHORT, ENDLESS})  # for which another attempt would only be paid for


async def glossed(
    model: Model, paper: Paper, language: str, spend: Callable[[Usage], None]
) -> Told:
    """What a model tells of a paper; in English, title and abstract are the paper's own.

    Raises:
        Unfit: its answers fail the checks, or there is no abstract of a usual length.
        ModelError: it cannot be asked.
    """
    if not paper.abstract.strip():
        raise Unfit("no_abstract")
    if len(paper.abstract) + len(paper.title) > _MOST_SOURCE:
        raise Unfit(Fault.TOO_LONG)
    errand = _Errand(Asker(model, spend), paper, source(paper), language)
    wrong: tuple[str, ...] = ()
    for _ in range(TRIES):
        try:
            return await errand.told(reasons(wrong))
        except Unfit as unfit:
            wrong = unfit.faults
        if _HOPELESS.intersection(wrong):
            break
    raise Unfit(*wrong)


def reasons(wrong: Sequence[str]) -> tuple[str, ...]:
    """What a model must do better, in our words."""
    own = (_REASONS.get(fault, "") for fault in wrong)
    known = (Fault(fault).reason for fault in wrong if fault in set(Fault))
    return tuple(reason for reason in (*own, *known) if reason)


def is_linked(text: str) -> bool:
    """Whether a text holds what clients show as a link.

    A gist has none, not even of the paper: it is seen by people who did not ask for the paper,
    and a stranger wrote it.
    """
    return any(True for _ in autolinks(text))


class _Errand:
    """One paper to be told in one language."""

    def __init__(self, asker: Asker, paper: Paper, words: Source, language: str) -> None:
        self._asker = asker
        self._paper = paper
        self._words = words
        self._language = language
        self._is_long = len(words.abstract) > LONG

    async def told(self, why: tuple[str, ...]) -> Told:
        """One attempt, knowing what was wrong before; raises Unfit with the faults of this one."""
        fields = await self._fields(why)
        masked = Told(
            fields.get("title", self._words.title),
            fields["gist"],
            fields.get("abstract", self._words.abstract),
        )
        told = self._restored(masked)
        wrong: tuple[Fault, ...] = faults(told, self._paper, self._language)
        if Fault.TOO_LONG not in wrong:  # a server may send a megabyte: nothing else is looked at
            wrong = (*self._own_faults(masked, told), *wrong)
        if wrong:
            raise Unfit(*dict.fromkeys(wrong))
        return told

    async def _fields(self, why: tuple[str, ...]) -> dict[str, str]:
        """Title, gist and abstract as they were answered, at once or in several calls."""
        if is_english(self._language):
            return await self._asked(("gist",), why)
        found: dict[str, str] = {}
        short = ("title", "gist") if self._words.title else ("gist",)
        if not self._is_long:
            keys = (*short, "abstract")
            found = await self._answered(keys, why)
            if set(keys) <= set(found):
                return found
            self._is_long = True  # for this model; another attempt would be cut as well
        if not set(short) <= set(found):
            found = await self._asked(short, why)
        return found | {"abstract": await self._in_pieces(why)}

    async def _asked(self, keys: tuple[str, ...], why: tuple[str, ...]) -> dict[str, str]:
        """Fields that are short: cut off, they are not what was asked for."""
        found = await self._answered(keys, why)
        if not set(keys) <= set(found):
            raise Unfit(CUT_SHORT)
        return found

    async def _answered(self, keys: tuple[str, ...], why: tuple[str, ...]) -> dict[str, str]:
        """The fields of one call; some may be missing, but only where it was cut short."""
        words = self._words
        prompt = prompts.gloss(words.title, words.abstract, keys, self._language).again(why)
        size = len(words.title) + (len(words.abstract) if "abstract" in keys else 0)
        answer = await self._asker.ask(prompt, _GIST_ROOM + _room(size))
        if not answer.is_cut and not set(keys) <= set(answer.fields):
            raise Unfit(UNREADABLE)
        return dict(answer.fields)

    async def _in_pieces(self, why: tuple[str, ...]) -> str:
        """The whole abstract, each piece by itself."""
        told = [await self._piece(text, why) for text in pieces(self._words.abstract)]
        return self._joined(told)

    async def _piece(self, text: str, why: tuple[str, ...]) -> str:
        """A piece, or its halves where even that is cut short."""
        prompt = prompts.piece(self._words.title, text, self._language).again(why)
        answer = await self._asker.ask(prompt, _GIST_ROOM + _room(len(text)))
        if "text" in answer.fields:
            return answer.fields["text"]
        if not answer.is_cut:
            raise Unfit(UNREADABLE)
        if (halved := halves(text)) is None:
            raise Unfit(CUT_SHORT)
        return self._joined([await self._piece(half, why) for half in halved])

    def _joined(self, told: Sequence[str]) -> str:
        return ("" if prompts.is_unspaced(self._language) else " ").join(told)

    def _restored(self, masked: Told) -> Told:
        if is_english(self._language):
            gist = restore(masked.gist, self._words.kept)
            return Told(self._paper.title, gist, self._paper.abstract)
        title, gist, abstract = (
            restore(text, self._words.kept) for text in (masked.title, masked.gist, masked.abstract)
        )
        return Told(title, gist, abstract)

    def _own_faults(self, masked: Told, told: Told) -> tuple[Fault, ...]:
        """What only shows while the marks are in place, and links in the gist."""
        words = self._words
        is_kept = (
            keeps_all(words.title, masked.title)
            and keeps_all(words.abstract, masked.abstract)
            and keeps_some(words.title + words.abstract, masked.gist, words.kept)
        )
        found = () if is_kept else (Fault.MARK_LOST,)
        return (*found, Fault.LINK) if is_linked(told.gist) else found


def _room(characters: int) -> int:
    return round(characters * _ROOM)
