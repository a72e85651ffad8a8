"""The arguments of a call, read as Telegram reads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject, Upload, bad_request, decode_json


@dataclass(frozen=True, slots=True)
class CallArguments:
    """The arguments of a method: texts from a form, or values from JSON."""

    method: str
    values: JsonObject
    files: Mapping[str, Upload]

    def has(self, name: str) -> bool:
        """Return whether the argument was passed."""
        return self.values.get(name) is not None or name in self.files

    def text(self, name: str) -> str:
        """Return the argument as text, empty if it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        return json.dumps(value, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """Return the argument as an integer; invalid text is zero, as on the server."""
        value = self.text(name)
        if not value:
            return default
        try:
            return int(value)
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Return the argument as a boolean."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json_value(self, name: str, error_text: str) -> Json:
        """Return a nested value, decoded if it is the JSON text of a form."""
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
        """Return a nested object, or None if it is missing."""
        value = self.json_value(name, error_text)
        if value is None or isinstance(value, dict):
            return value
        raise bad_request(error_text)

    def chat_reference(self) -> str:
        """Return the chat as written: a number or an @name.

        Raises:
            ApiError: It is missing.
        """
        value = self.text("chat_id").strip()
        if not value:
            raise bad_request("chat_id is empty")
        return value
