"""The arguments of one call, read as Telegram reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject, Upload, bad_request, decode_json


@dataclass(frozen=True, slots=True)
class CallArguments:
    """What a bot passed to a method: forms carry everything as text, JSON carries values."""

    method: str
    values: JsonObject
    files: Mapping[str, Upload]

    def has(self, name: str) -> bool:
        """Say whether the parameter was passed at all."""
        return self.values.get(name) is not None or name in self.files

    def text(self, name: str) -> str:
        """Give the parameter as text, empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """Give the parameter as a whole number; anything else counts as zero, as on the server."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Give the parameter as a yes or no."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json_value(self, name: str, error_text: str) -> Json:
        """Give a nested value, decoding the JSON text of a form."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return decode_json(value)
        except ValueError as error:
            raise bad_request(error_text) from error

    def json_object(self, name: str, error_text: str) -> JsonObject | None:
        """Give a nested object, or None when it is missing."""
        value = self.json_value(name, error_text)
        if value is None or isinstance(value, dict):
            return value
        raise bad_request(error_text)

    def message_id(self, name: str = "message_id") -> int:
        """Give a message identifier, refusing a missing one."""
        message_id = self.number(name)
        if message_id <= 0:
            raise bad_request("message identifier is not specified")
        return message_id

    def chat_reference(self) -> str:
        """Give the chat as written: a number or an @name."""
        value = self.text("chat_id").strip()
        if not value:
            raise bad_request("chat_id is empty")
        return value
