"""A reply → what is stored of it with the update it answers: parcels in the outbox, and an errand.

The outbox sends them as it sends digests: again where it must, in their order, and not too late.
"""

from __future__ import annotations

import json
from dataclasses import replace

from bot.chat.api.updates import Asked
from bot.chat.request_and_reply import Errand, Reply
from bot.chat.services import Counter
from bot.render.telegram.split_into_messages import Message
from bot.render.telegram.stored_answer import FILES, Answer, Said, stored
from bot.texts import spoken
from storage.records import Form, Parcel, Rank, Update


def keep(
    counter: Counter, update: Update, request: Asked, reply: Reply, *, fetched: bool = False
) -> Reply:
    """Store what a reply says and what is to be fetched for it, in the caller's transaction.

    Returns the reply with the parcels that are ours to send at once. ``fetched`` tells the answer
    of an errand from the one that came before it.
    """
    if reply.errand:
        errand = json.dumps([reply.errand.verb, reply.errand.words], ensure_ascii=False)
        counter.store.inbox.has_errand(update, errand)
    said: list[tuple[int, Said]] = [*enumerate(reply.messages, 1)]
    said += enumerate(reply.documents, FILES + 1)
    if not said:
        return reply
    now, bot = counter.now(), counter.house.bot
    where = reply.to or request.chat
    chat = counter.store.subscribers.get(bot, where)
    language = chat.language if chat else spoken(request.language)
    answers = []
    for part, one in said:
        is_message = isinstance(one, Message)
        is_rich = isinstance(one, Message) and one.form is Form.RICH
        instead = reply.plain[part - 1 : part] if reply.paired else reply.plain
        is_edit = part == 1 and reply.edit and not reply.to and not fetched
        answers.append(
            Parcel(
                bot,
                where,
                f"{'errand' if fetched else 'update'} {update.id} of {now.isoformat()}",
                part,
                Form.RICH if is_rich else Form.CLASSIC,
                language,
                (language,),
                "UTC",
                thread=0 if reply.to else request.thread,
                edits=request.message if is_edit else 0,
                rank=Rank.ANSWER,
                content=stored(Answer(one, instead, reply.paired) if is_rich else Answer(one)),
                expires=now + (counter.message_lasts if is_message else counter.file_lasts),
            )
        )
    leased = counter.store.outbox.answer(
        answers, now=now, holder=counter.holder, lasts=counter.lease
    )
    return replace(reply, parcels=tuple(leased))


def errand_of(update: Update) -> Errand:
    """What is to be fetched yet for an update that was applied."""
    verb, words = json.loads(update.errand)
    return Errand(verb, words)
