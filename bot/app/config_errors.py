"""Which sentence tells that a setting cannot be used?"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from bot.app.basic_settings import PREFIX
from bot.texts import Refusal

# What pydantic calls a number that cannot be used.
_NUMBERS = frozenset(
    {
        "float_parsing",
        "int_parsing",
        "int_from_float",
        "finite_number",
        "greater_than",
        "greater_than_equal",
        "less_than_equal",
    }
)


def wrong(key: str, **facts: str) -> PydanticCustomError:
    """A problem of a setting, by the key of the text that tells it."""
    return PydanticCustomError(key, key, dict(facts))


def refusal(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Refusal:
    """The text for the first problem: ours by its key, what we did not foresee in pydantic's words.

    It names the setting and never its value, which may be a secret.
    """
    found = error.errors(include_input=False, include_url=False)[0]
    place = str(found["loc"][0])
    name = place if place.isupper() else PREFIX + place.upper()
    if found["type"].startswith("config-"):
        return Refusal(found["type"], setting=name, **found.get("ctx", {}))
    if found["type"] == "enum":
        choices = found["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return Refusal("config-choice", setting=name, choices=choices)
    if found["type"] == "bool_parsing":
        return Refusal("config-choice", setting=name, choices="true, false")
    if found["type"] in _NUMBERS and place == "operator":
        return Refusal("config-chat", setting=name)
    if found["type"] in _NUMBERS:
        bounds = _bounds(fields[place])
        key = "config-number-above" if "above" in bounds else "config-number"
        return Refusal(key, setting=name, **bounds)
    return Refusal("config-unusable", setting=name, problem=found["msg"])


def _bounds(field: FieldInfo) -> dict[str, str]:
    """Between what a number has to be."""
    told: dict[str, str] = {}
    for bound in field.metadata:
        for name, key in (("gt", "above"), ("ge", "least"), ("le", "most")):
            if hasattr(bound, name):
                told[key] = f"{getattr(bound, name):g}"
    return told
