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
        text_argument = self.values.get(name)
        if text_argument is None:
            return ""
        if isinstance(text_argument, str):
            return text_argument
        if isinstance(text_argument, bool):
            return "true" if text_argument else "false"
        return json.dumps(text_argument, ensure_ascii=False)

    def number(self, name: str, default: int = 0) -> int:
        """Return the argument as an integer; invalid text is zero, as on the server."""
        number_text = self.text(name)
        if not number_text:
            return default
        try:
            return int(number_text)
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Return the argument as a boolean."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def json_value(self, name: str, error_text: str) -> Json:
        """Return a nested value, decoded if it is the JSON text of a form."""
        json_argument = self.values.get(name)
        if not isinstance(json_argument, str):
            return json_argument
        if not json_argument:
            return None
        try:
            return decode_json(json_argument)
        except ValueError as error:
            raise bad_request(error_text) from error

    def json_object(self, name: str, error_text: str) -> JsonObject | None:
        """Return a nested object, or None if it is missing."""
        json_argument = self.json_value(name, error_text)
        if json_argument is None or isinstance(json_argument, dict):
            return json_argument
        raise bad_request(error_text)

    def chat_reference(self) -> str:
        """Return the chat as written: a number or an @name.

        Raises:
            ApiError: It is missing.
        """
        chat_id_text = self.text("chat_id").strip()
        if not chat_id_text:
            raise bad_request("chat_id is empty")
        return chat_id_text
