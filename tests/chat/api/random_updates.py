"""Updates by the published schema of the Bot API: whole ones, and ones that were broken."""

from __future__ import annotations

import json
import random

from bot.chat.api.updates import ALLOWED_UPDATES
from bot.demo.emulator.json_encoding import Json, JsonObject
from tests.conformance.bot_api_schema import Schema

ODD: tuple[Json, ...] = (None, True, -1, 2**70, 1.5, "x", "", [], [5], {}, {"a": 1}, "\ud800")
DEPTH = 4  # below it only what a type requires


class Making:
    """Makes updates of one seed; each number has a chat of its own."""

    def __init__(self, schema: Schema, seed: int) -> None:
        self._schema = schema
        self._luck = random.Random(seed)

    def whole(self, number: int) -> JsonObject:
        """An update of a kind that the bot asks for, with anything that the schema allows."""
        kind = self._luck.choice(ALLOWED_UPDATES)
        types = {"callback_query": "CallbackQuery", "my_chat_member": "ChatMemberUpdated"}
        content = self._object(types.get(kind, "Message"), 0)
        return {"update_id": number, kind: content}

    def question(self, number: int) -> JsonObject:
        """A command of somebody in a private chat, beside anything that the schema allows."""
        user: JsonObject = {"id": number, "is_bot": False, "first_name": "Ada"}
        message = self._object("Message", 2) | {
            "message_id": number,
            "date": 1,
            "chat": {"id": number, "type": "private"},
            "from": user,
            "text": "/help",
        }
        # What makes it a message of another kind, or of somebody else.
        for other in ("sender_chat", "via_bot", "forward_origin", "migrate_to_chat_id"):
            message.pop(other, None)
        message.pop("is_automatic_forward", None)
        return {"update_id": number, "message": message}

    def broken(self, number: int) -> str:
        """The JSON of an update of which some parts are missing or of another type."""
        update = self.whole(number)
        for _ in range(self._luck.randint(1, 3)):
            place: Json = update
            while isinstance(place, dict) and place:
                name = self._luck.choice(sorted(set(place) - {"update_id"}) or [""])
                inner = place.get(name)
                if isinstance(inner, dict) and inner and self._luck.random() < 0.8:
                    place = inner
                elif self._luck.random() < 0.4:
                    place.pop(name, None)
                    break
                else:
                    place[name] = self._luck.choice(ODD)
                    break
        text = json.dumps(update)
        if self._luck.random() < 0.05:
            deep = self._luck.choice([500, 5_000])
            text = text[:-1] + ', "deep": ' + "[" * deep + "]" * deep + "}"
        return text

    def _object(self, kind: str, depth: int) -> JsonObject:
        made: JsonObject = {}
        for field in self._schema.fields(kind):
            if not field.is_required and (depth >= DEPTH or self._luck.random() < 0.8):
                continue
            if field.name in ("type", "status", "source") and field.kind == "String":
                made[field.name] = self._word(kind, field.name)
            else:
                made[field.name] = self._value(field.kind, depth + 1)
        return made

    def _word(self, kind: str, name: str) -> str:
        """The word by which a type is told from its kin."""
        if kind in ("Chat", "ChatFullInfo"):
            return self._luck.choice(["private", "group", "supergroup", "channel"])
        return self._schema.constant(kind, name) or "x"

    def _value(self, kind: str, depth: int) -> Json:
        if " or " in kind:
            return self._value(self._luck.choice(kind.split(" or ")), depth)
        if kind.startswith("Array of "):
            many = 0 if depth > DEPTH else self._luck.choice([0, 0, 1, 2])
            return [self._value(kind.removeprefix("Array of "), depth + 1) for _ in range(many)]
        match kind:
            case "Integer":
                return self._luck.choice([0, 1, 7, 10**9])
            case "Float":
                return self._luck.choice([0, 0.5, 90])
            case "String":
                return self._luck.choice(["", "a", "词", "é\n", "x" * 300])
            case "Boolean":
                return self._luck.random() < 0.5
            case "True":
                return True
        if kind == "RichText":
            return "text"
        variants = self._schema.variants(kind) if not self._schema.fields(kind) else []
        return self._object(self._luck.choice(variants) if variants else kind, depth)
