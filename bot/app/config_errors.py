"""Turn validation errors of settings into sentences."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from bot.app.basic_settings import ENV_PREFIX
from bot.texts import Refusal

# pydantic's error types for invalid numbers.
_NUMBER_ERROR_TYPES = frozenset(
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


def setting_error(key: str, **facts: str) -> PydanticCustomError:
    """Return a settings error with the key of its text."""
    return PydanticCustomError(key, key, dict(facts))


def refusal_from_validation(error: ValidationError, fields: Mapping[str, FieldInfo]) -> Refusal:
    """Return the first error's text: ours by its key, any other in pydantic's words.

    It names the setting and never its value, which may be a secret.
    """
    error_details = error.errors(include_input=False, include_url=False)[0]
    field_name = str(error_details["loc"][0])
    setting_name = field_name if field_name.isupper() else ENV_PREFIX + field_name.upper()
    if error_details["type"].startswith("config-"):
        return Refusal(error_details["type"], setting=setting_name, **error_details.get("ctx", {}))
    if error_details["type"] == "enum":
        choices = error_details["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return Refusal("config-choice", setting=setting_name, choices=choices)
    if error_details["type"] == "bool_parsing":
        return Refusal("config-choice", setting=setting_name, choices="true, false")
    if error_details["type"] in _NUMBER_ERROR_TYPES and field_name == "operator":
        return Refusal("config-chat", setting=setting_name)
    if error_details["type"] in _NUMBER_ERROR_TYPES:
        bounds = {
            name: f"{getattr(bound, attribute):g}"
            for bound in fields[field_name].metadata
            for attribute, name in (("gt", "above"), ("ge", "least"), ("le", "most"))
            if hasattr(bound, attribute)
        }
        text_key = "config-number-above" if "above" in bounds else "config-number"
        return Refusal(text_key, setting=setting_name, **bounds)
    return Refusal("config-unusable", setting=setting_name, problem=error_details["msg"])
