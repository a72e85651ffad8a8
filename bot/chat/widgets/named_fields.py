"""Fields of research to try, called by their names."""

from __future__ import annotations

from bot.chat.request_and_reply import Request
from bot.render.telegram.keyboard import Action, Button, Keyboard, button_rows

# The key of a field's name, and the topic that it stands for. A button has the field's number,
# which counts from 1 and stays the same.
EXAMPLES = (
    ("field-diffusion", '"diffusion model"'),
    ("field-agents", '(llm OR "language model") agent*'),
    ("field-robots", "robot* (manipulation OR locomotion)"),
    ("field-quantum", '"quantum error correction" OR qubit*'),
)


def field_buttons(request: Request) -> Keyboard:
    """Return a button for each field, which shows what it would bring."""
    buttons = [
        Button(request.say(name_key), Action("field", number))
        for number, (name_key, _) in enumerate(EXAMPLES, start=1)
    ]
    return button_rows(buttons, columns=1)


def field_name(request: Request, field_number: int) -> str:
    """Return the name of a field, or nothing if there is none with this number."""
    if not 1 <= field_number <= len(EXAMPLES):
        return ""
    return request.say(EXAMPLES[field_number - 1][0])
