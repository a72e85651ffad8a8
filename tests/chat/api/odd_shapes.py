"""Answers of every shape but the Bot API's, as proxies, gateways and faults give them."""

from __future__ import annotations

import json
from dataclasses import dataclass

NESTING_DEPTH = 100_000  # brackets: the parser of the library gives up at a thousand
NAN = float("nan")
HUGE_NUMBER = "9" * 5000  # more than Python reads as a number


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer: its status, and the bytes of its body."""

    status: int
    body: bytes

    @property
    def name(self) -> str:
        """What tells it from the others."""
        return f"{self.status} {self.body[:40]!r}"


def error_answer(code: int, description: object = "no", **parameters: object) -> HttpAnswer:
    """A refusal as the Bot API words it, with these response parameters."""
    answer = {"ok": False, "error_code": code, "description": description}
    return HttpAnswer(code, json.dumps(answer | {"parameters": parameters}).encode())


# Bodies that are no object with a result.
BODIES = [
    b"",
    b" ",
    b"null",
    b"true",
    b"5",
    b"-1.5",
    b'"x"',
    b"[]",
    b"[5]",
    b"[{}]",
    b"{}",
    b'{"ok": true}',
    b'{"ok": false}',
    b'{"ok": null, "result": []}',
    b'{"ok": "true", "result": []}',
    b'{"ok": false, "result": {"message_id": 7}}',
    b'{"ok": false, "error_code": "x", "description": 5}',
    b'{"ok": false, "error_code": 1e999, "description": []}',
    b'{"message": "Service unavailable"}',
    b'{"result": ',
    b'{"ok": true, "result": [',
    b'{"ok": true, "result": [}]}',
    b'{"ok": true, "result": [{"update_id": 1}]',
    b"<html><body>Log in to this network</body></html>",
    b"\x00\x01\x02",
    b"\xff\xfe{\x00}\x00",
    b"\x1f\x8b\x08\x00",
    b"[" * NESTING_DEPTH + b"]" * NESTING_DEPTH,
    b'{"a":' * NESTING_DEPTH + b"1" + b"}" * NESTING_DEPTH,
    b'{"ok": true, "result": ' + b"[" * NESTING_DEPTH + b"]" * NESTING_DEPTH + b"}",
    b'{"ok": true, "more": ' + HUGE_NUMBER.encode() + b"}",
    b'{"ok": true, "re\\ud800sult": 1}',
]

# Results of a type that no method of ours has.
RESULTS = [
    b"null",
    b"1.5",
    b"NaN",
    b'"x"',
    b"[5]",
    b"[null]",
    b"[[]]",
    b"[{}]",
    b"{}",
    b'[{"message": "Service unavailable"}]',
    b'{"message": "Service unavailable"}',
    b'{"id": "x", "type": 5, "status": [], "message_id": {}, "file_path": 1, "username": 1}',
    b'{"id": ' + str(2**70).encode() + b', "type": "group", "message_id": 1e400}',
    b'{"message_id": ' + str(2**70).encode() + b"}",
    b'{"message_id": -1, "status": "reigning", "user": 5}',
    b'{"message_id": true}',
    b'{"id": 7, "type": "group", "title": "\\ud800", "status": "\\ud800", "file_path": "\\u0000"}',
]

DESCRIPTIONS: list[object] = [None, 5, [], {}, "\x1b]0;x\x07", "x" * 100_000, "\ud800"]
RETRY_AFTER_VALUES: list[object] = [
    "5",
    "soon",
    None,
    [],
    {},
    0,
    -5,
    1.5,
    1e300,
    2**70,
    10**9,
    True,
    NAN,
]
MIGRATION_TARGETS: list[object] = ["x", [], 0, 2**70, 1.5, True]

HTTP_ANSWERS = [
    *(HttpAnswer(200, body) for body in BODIES),
    *(HttpAnswer(200, b'{"ok": true, "result": ' + result + b"}") for result in RESULTS),
    HttpAnswer(204, b""),
    HttpAnswer(201, b"<html>"),
    HttpAnswer(302, b"<html>Moved</html>"),
    *(
        HttpAnswer(code, b"<html>no</html>")
        for code in (400, 401, 403, 404, 409, 413, 418, 429, 502)
    ),
    *(HttpAnswer(code, b"[" * NESTING_DEPTH) for code in (400, 403, 429, 500)),
    *(HttpAnswer(code, body) for code in (400, 500) for body in (b"null", b"[]", b"5", b'"x"')),
    *(error_answer(code) for code in (402, 405, 406, 408, 410, 411, 413, 415, 418, 451, 499, 599)),
    *(error_answer(400, odd) for odd in DESCRIPTIONS),
    *(error_answer(429, "Too Many Requests", retry_after=odd) for odd in RETRY_AFTER_VALUES),
    *(error_answer(400, migrate_to_chat_id=odd) for odd in MIGRATION_TARGETS),
    HttpAnswer(429, b'{"parameters": [5]}'),
    HttpAnswer(429, b'{"parameters": "x"}'),
]
