"""Updates by the published schema of the Bot API: whole ones, and ones that were broken."""

from __future__ import annotations

import json
import random

from bot.chat.api.updates import ALLOWED_UPDATES
from bot.demo.emulator.json_encoding import Json, JsonObject
from tests.conformance.bot_api_schema import BotApiSchema

ODD_VALUES: tuple[Json, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "x",
    "",
    [],
    [5],
    {},
    {"a": 1},
    "\ud800",
)
MAX_DEPTH = 4  # below it only what a type requires


class UpdateGenerator:
    """Makes updates of one seed; each number has a chat of its own."""

    def __init__(self, schema: BotApiSchema, seed: int) -> None:
        self._schema = schema
        self._rng = random.Random(seed)

    def valid_update(self, number: int) -> JsonObject:
        """An update of a kind that the bot asks for, with anything that the schema allows."""
        kind = self._rng.choice(ALLOWED_UPDATES)
        types = {"callback_query": "CallbackQuery", "my_chat_member": "ChatMemberUpdated"}
        content = self._random_object(types.get(kind, "Message"), 0)
        return {"update_id": number, kind: content}

    def help_command_update(self, number: int) -> JsonObject:
        """A command of somebody in a private chat, beside anything that the schema allows."""
        user: JsonObject = {"id": number, "is_bot": False, "first_name": "Ada"}
        message = self._random_object("Message", 2) | {
            "message_id": number,
            "date": 1,
            "chat": {"id": number, "type": "private"},
            "from": user,
            "text": "/help",
        }
        # What makes it a message of another kind, or of somebody else.
        for field_name in ("sender_chat", "via_bot", "forward_origin", "migrate_to_chat_id"):
            message.pop(field_name, None)
        message.pop("is_automatic_forward", None)
        return {"update_id": number, "message": message}

    def broken_update_json(self, number: int) -> str:
        """The JSON of an update of which some parts are missing or of another type."""
        update = self.valid_update(number)
        for _ in range(self._rng.randint(1, 3)):
            node: Json = update
            while isinstance(node, dict) and node:
                name = self._rng.choice(sorted(set(node) - {"update_id"}) or [""])
                child = node.get(name)
                if isinstance(child, dict) and child and self._rng.random() < 0.8:
                    node = child
                elif self._rng.random() < 0.4:
                    node.pop(name, None)
                    break
                else:
                    node[name] = self._rng.choice(ODD_VALUES)
                    break
        text = json.dumps(update)
        if self._rng.random() < 0.05:
            nesting = self._rng.choice([500, 5_000])
            text = text[:-1] + ', "deep": ' + "[" * nesting + "]" * nesting + "}"
        return text

    def _random_object(self, kind: str, depth: int) -> JsonObject:
        result: JsonObject = {}
        for field in self._schema.fields(kind):
            if not field.is_required and (depth >= MAX_DEPTH or self._rng.random() < 0.8):
                continue
            if field.name in ("type", "status", "source") and field.kind == "String":
                result[field.name] = self._type_constant(kind, field.name)
            else:
                result[field.name] = self._random_value(field.kind, depth + 1)
        return result

    def _type_constant(self, kind: str, name: str) -> str:
        """The word by which a type is told from its kin."""
        if kind in ("Chat", "ChatFullInfo"):
            return self._rng.choice(["private", "group", "supergroup", "channel"])
        return self._schema.constant_value(kind, name) or "x"

    def _random_value(self, kind: str, depth: int) -> Json:
        if " or " in kind:
            return self._random_value(self._rng.choice(kind.split(" or ")), depth)
        if kind.startswith("Array of "):
            count = 0 if depth > MAX_DEPTH else self._rng.choice([0, 0, 1, 2])
            return [
                self._random_value(kind.removeprefix("Array of "), depth + 1) for _ in range(count)
            ]
        match kind:
            case "Integer":
                return self._rng.choice([0, 1, 7, 10**9])
            case "Float":
                return self._rng.choice([0, 0.5, 90])
            case "String":
                return self._rng.choice(["", "a", "词", "é\n", "x" * 300])
            case "Boolean":
                return self._rng.random() < 0.5
            case "True":
                return True
        if kind == "RichText":
            return "text"
        variants = self._schema.variants(kind) if not self._schema.fields(kind) else []
        return self._random_object(self._rng.choice(variants) if variants else kind, depth)
