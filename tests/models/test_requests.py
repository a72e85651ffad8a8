"""The server refuses what the API refuses, in the API's words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.conversations import summary_format
from tests.models.refusals import ApiRefusal, Json
from tests.models.requests import FIELDS, ChatRequest, parse_request

_TURN = {"role": "user", "content": "Answer in JSON."}


def _body(**changed: object) -> bytes:
    return json.dumps({"model": "m", "messages": [_TURN], **changed}).encode()


def _schema(schema: Json, **changed: object) -> bytes:
    inner = {"name": "gloss", "strict": True, "schema": schema, **changed}
    return _body(response_format={"type": "json_schema", "json_schema": inner})


def _object(properties: Json, **changed: object) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **changed,
    }


def _error(raw: bytes) -> Json:
    with pytest.raises(ApiRefusal) as refused:
        parse_request(raw)
    error = refused.value.body["error"]
    assert isinstance(error, dict)
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return error


@pytest.mark.parametrize(
    ("raw", "param", "code", "words"),
    [
        (b"{", None, None, "could not parse the JSON body"),
        (b"[]", None, None, "could not parse the JSON body"),
        (_body(model=None), None, None, "you must provide a model parameter"),
        (_body(model=3), "model", "invalid_type", "expected a string, but got an integer"),
        (b'{"model": "m"}', "messages", "missing_required_parameter", "'messages'"),
        (_body(messages=[]), "messages", "empty_array", "empty array"),
        (_body(messages="hi"), "messages", "invalid_type", "but got a string instead"),
        (_body(messages=["hi"]), "messages[0]", "invalid_type", "expected an object"),
        (_body(messages=[{"content": "hi"}]), "messages[0].role", "missing_required_parameter", ""),
        (_body(messages=[_TURN | {"role": "robot"}]), "messages[0].role", "invalid_value", "robot"),
        (_body(messages=[_TURN | {"lang": "zh"}]), "messages[0].lang", "unknown_parameter", ""),
        (_body(messages=[_TURN | {"content": None}]), "messages[0].content", "invalid_type", ""),
        (
            _body(messages=[_TURN | {"content": [{"text": "hi"}]}]),
            "messages[0].content[0].type",
            "missing_required_parameter",
            "",
        ),
        (_body(max_token=3), None, None, "Unrecognized request argument supplied: max_token"),
        (_body(temperature="0"), "temperature", "invalid_type", "expected a decimal"),
        (_body(temperature=True), "temperature", "invalid_type", "but got a boolean"),
        (_body(temperature=2.5), "temperature", "decimal_above_max_value", "<= 2, but got 2.5"),
        (_body(max_tokens=0), "max_tokens", "integer_below_min_value", ">= 1, but got 0"),
        (_body(max_tokens=1.5), "max_tokens", "invalid_type", "expected an integer"),
        (_body(n=200), "n", "integer_above_max_value", "<= 128"),
        (
            _body(max_tokens=5, max_completion_tokens=5),
            "max_tokens",
            "invalid_parameter_combination",
            "at the same time",
        ),
        (_body(store="yes"), "store", "invalid_type", "expected a boolean"),
        (_body(user=7), "user", "invalid_type", "expected a string"),
        (_body(reasoning_effort="huge"), "reasoning_effort", "invalid_value", "'xhigh'"),
        (_body(response_format="json"), "response_format", "invalid_type", "an object"),
        (_body(response_format={}), "response_format.type", "missing_required_parameter", ""),
        (_body(response_format={"type": "xml"}), "response_format.type", "invalid_value", "'xml'"),
        (
            _body(response_format={"type": "json_object", "schema": {}}),
            "response_format.schema",
            "unknown_parameter",
            "",
        ),
        (
            _body(
                messages=[{"role": "user", "content": "hi"}],
                response_format={"type": "json_object"},
            ),
            "messages",
            None,
            "must contain the word 'json'",
        ),
        (
            _body(response_format={"type": "json_schema"}),
            "response_format.json_schema",
            "missing_required_parameter",
            "",
        ),
        (_schema({}, name="a b"), "response_format.json_schema.name", "invalid_value", "pattern"),
        (
            _schema({}, name=None),
            "response_format.json_schema.name",
            "missing_required_parameter",
            "",
        ),
        (_schema({}, kind=1), "response_format.json_schema.kind", "unknown_parameter", ""),
        (_schema({}, strict="1"), "response_format.json_schema.strict", "invalid_type", ""),
    ],
)
def test_a_faulty_request_is_refused(
    raw: bytes, param: str | None, code: str | None, words: str
) -> None:
    error = _error(raw)

    assert (error["param"], error["code"]) == (param, code)
    assert words in str(error["message"])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array", "items": {}}, "In context=(), schema must be a JSON Schema of 'type: "),
        (_object({}, additionalProperties=True), "In context=(), 'additionalProperties' is req"),
        (_object({"a": {"type": "string"}}, required=[]), "every key in properties. Missing 'a'."),
        (_object({}, required=["a"]), "Extra required key 'a' supplied."),
        (
            _object({"a": {"type": "string", "minLength": 3}}),
            "In context=('properties', 'a'), 'minLength' is not permitted.",
        ),
        (_object({"a": {}}), "In context=('properties', 'a'), schema must have a 'type' key."),
        (_object({"a": {"type": "text"}}), "'text' is not valid under any of the given schemas."),
        (_object({"a": {"type": "array"}}), "array schema missing items."),
        (
            _object({"a": {"type": "array", "items": {"type": "object"}}}),
            "In context=('properties', 'a', 'items'), 'additionalProperties'",
        ),
        (_object({"a": {"anyOf": [{"type": "object"}]}}), "('properties', 'a', 'anyOf', '0')"),
        (_object({}, **{"$defs": {"b": {"type": "object"}}}), "In context=('$defs', 'b')"),
        (_object({}, allOf=[]), "'allOf' is not permitted."),
    ],
)
def test_a_strict_schema_obeys_the_rules(schema: Json, words: str) -> None:
    error = _error(_schema(schema))

    assert error["param"] == "response_format"
    assert str(error["message"]).startswith("Invalid schema for response_format 'gloss': ")
    assert words in str(error["message"])


def test_a_schema_may_nest_ten_deep() -> None:
    schema: Json = {"type": "string"}
    for _ in range(9):
        schema = _object({"a": schema})
    parse_request(_schema(schema))

    assert "levels of nesting" in str(_error(_schema(_object({"a": schema})))["message"])


def test_a_schema_that_is_not_strict_is_free() -> None:
    assert parse_request(_schema({"type": "array"}, strict=False)).schema == {"type": "array"}


def test_a_sound_request_is_accepted_whole() -> None:
    chat = parse_request(
        _body(
            messages=[
                {"role": "system", "content": [{"type": "text", "text": "Be"}]},
                _TURN,
                {"role": "assistant", "content": None},
                {"role": "user", "content": "Again."},
            ],
            response_format=summary_format(),
            max_completion_tokens=50,
            n=2,
            seed=1,
        )
    )

    assert chat.first_user_text == "Answer in JSON."
    assert chat.text_of_roles("user") == "Answer in JSON.\n\nAgain."
    assert (chat.response_format, chat.max_tokens, chat.choice_count) == ("json_schema", 50, 2)


def _outcome(raw: bytes) -> ChatRequest | ApiRefusal:
    try:
        return parse_request(raw)
    except ApiRefusal as refused:
        return refused


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(body=st.dictionaries(st.sampled_from(sorted(FIELDS)), _JSON), sound=st.booleans())
def test_whatever_comes_is_accepted_or_refused(body: Json, sound: bool) -> None:
    """No request makes the server stumble, so that a fault in a test is never its own."""
    if sound:
        body |= {"model": "m", "messages": [_TURN]}

    outcome = _outcome(json.dumps(body).encode())

    assert outcome.status == 400 if isinstance(outcome, ApiRefusal) else outcome.body == body


_NODES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["object", "array", "string", "text", 3, ["string", "null"], []]),
        "properties": _JSON,
        "required": _JSON,
        "items": _JSON,
        "anyOf": _JSON,
        "$defs": _JSON,
        "additionalProperties": st.booleans(),
    },
)


@given(schema=_NODES, inner=_NODES)
def test_no_schema_makes_the_rules_stumble(schema: Json, inner: Json) -> None:
    schema_tree = _object({"a": inner, "b": schema})

    outcome = _outcome(_schema(schema_tree))

    if isinstance(outcome, ApiRefusal):
        assert "Invalid schema for response_format 'gloss'" in str(outcome)
    else:
        assert outcome.schema == schema_tree
