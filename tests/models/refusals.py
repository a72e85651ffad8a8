"""What OpenAI's API says when it refuses, word for word."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = dict[str, object]

NO_KEY_MESSAGE = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header "
    "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank "
    "username) if you're accessing the API from your browser and are prompted for a username and "
    "password. You can obtain an API key from https://platform.openai.com/account/api-keys."
)
NOT_JSON_MESSAGE = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
    "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not "
    "valid JSON. If you have trouble figuring out how to fix this, please contact us through our "
    "help center at help.openai.com.)"
)


class ApiRefusal(Exception):
    """A request that the API does not accept, with its answer."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str | None = None,
        code: str | int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {
            "error": {"message": message, "type": kind, "param": param, "code": code}
        }


def unauthorized(authorization: str) -> ApiRefusal:
    """The answer to a missing or wrong key; a wrong one is masked as the API masks it."""
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return ApiRefusal(NO_KEY_MESSAGE, status=401)
    masked_key = key if len(key) < 8 else key[:4] + "*" * (len(key) - 8) + key[-4:]
    return ApiRefusal(
        f"Incorrect API key provided: {masked_key}. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        status=401,
        code="invalid_api_key",
    )


def unknown_model(name: str) -> ApiRefusal:
    """The answer to a model that is not served."""
    return ApiRefusal(
        f"The model `{name}` does not exist or you do not have access to it.",
        status=404,
        code="model_not_found",
    )


def unknown_url(method: str, path: str) -> ApiRefusal:
    """The answer to a place that is none."""
    return ApiRefusal(f"Invalid URL ({method} {path})", status=404)


def missing_parameter(param: str) -> ApiRefusal:
    """The answer to a parameter that is not there."""
    return ApiRefusal(
        f"Missing required parameter: '{param}'.", param=param, code="missing_required_parameter"
    )


def unknown_parameter(param: str) -> ApiRefusal:
    """The answer to a field that the API does not know, inside another."""
    return ApiRefusal(f"Unknown parameter: '{param}'.", param=param, code="unknown_parameter")


def wrong_type(param: str, expected: str, value: object) -> ApiRefusal:
    """The answer to a value of another type."""
    return ApiRefusal(
        f"Invalid type for '{param}': expected {expected}, but got {_type_name(value)} instead.",
        param=param,
        code="invalid_type",
    )


def wrong_value(param: str, value: object, supported: tuple[str, ...]) -> ApiRefusal:
    """The answer to a word that is not among those allowed."""
    *others, last = (f"'{word}'" for word in supported)
    supported_list = f"{', '.join(others)}, and {last}" if others else last
    return ApiRefusal(
        f"Invalid value: '{value}'. Supported values are: {supported_list}.",
        param=param,
        code="invalid_value",
    )


def out_of_range(param: str, value: float, low: float, high: float | None) -> ApiRefusal:
    """The answer to a number beyond its bounds."""
    kind = "integer" if isinstance(value, int) and isinstance(low, int) else "decimal"
    is_below = value < low
    side_words, sign, bound = (
        ("below minimum", ">=", low) if is_below else ("above maximum", "<=", high)
    )
    return ApiRefusal(
        f"Invalid '{param}': {kind} {side_words} value. Expected a value {sign} {bound}, "
        f"but got {value} instead.",
        param=param,
        code=f"{kind}_{'below_min' if is_below else 'above_max'}_value",
    )


def _type_name(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {
        int: "an integer",
        float: "a decimal",
        str: "a string",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")
