"""A chat as a person reads it: plain text and button labels."""

from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject
from bot.texts.telegram_autolinks import JOINER


@dataclass(frozen=True, slots=True)
class Button:
    """A button that a person sees, with what it would do."""

    label: str
    action: str
    detail: Json

    @property
    def data(self) -> str:
        """The callback data, empty for other buttons."""
        return (
            self.detail if self.action == "callback_data" and isinstance(self.detail, str) else ""
        )


@dataclass(frozen=True, slots=True)
class Visible:
    """A message that a person sees."""

    id: int
    author: str
    is_from_bot: bool
    text: str
    rows: tuple[tuple[Button, ...], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    is_rich: bool = False
    is_edited: bool = False
    document: str = ""
    thread: int | None = None

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels of all buttons, in reading order."""
        return tuple(button.label for row in self.rows for button in row)


def visible(message: JsonObject, *, is_from_bot: bool) -> Visible:
    """Give a Message object as a person sees it."""
    rich = message.get("rich_message")
    blocks = rich["blocks"] if isinstance(rich, dict) else []
    document, thread = message.get("document"), message.get("message_thread_id")
    number = message["message_id"]
    assert isinstance(number, int)
    return Visible(
        id=number,
        author=_author(message),
        is_from_bot=is_from_bot,
        text=_text(message, blocks).replace(JOINER, ""),
        rows=(*_rich_rows(blocks), *_rows(message)),
        links=(*_links(message), *_rich_links(blocks)),
        is_rich=isinstance(rich, dict),
        is_edited="edit_date" in message,
        document=str(document["file_name"]) if isinstance(document, dict) else "",
        thread=thread if isinstance(thread, int) else None,
    )


def _author(message: JsonObject) -> str:
    sender = message.get("from") or message.get("sender_chat")
    return str(sender.get("first_name") or sender.get("title")) if isinstance(sender, dict) else ""


def _text(message: JsonObject, blocks: Json) -> str:
    if isinstance(blocks, list) and blocks:
        return "\n".join(_lines(blocks))
    return str(message.get("text") or message.get("caption") or "")


def _objects(value: Json) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _lines(blocks: Json) -> list[str]:
    """Write blocks as lines: a row of a table on one line, a list item behind its label."""
    lines: list[str] = []
    for block in _objects(blocks):
        marks = {"details": "▸ ", "divider": "---"}
        mark = marks.get(str(block["type"]), "")
        for name in ("summary", "text", "expression", "credit", "caption"):
            if name in block:
                lines += (mark + plain(block[name])).split("\n")
                mark = ""
        if mark == "---":
            lines.append(mark)
        for row in block.get("cells") if isinstance(block.get("cells"), list) else []:  # type: ignore[union-attr]
            lines.append(" | ".join(plain(cell.get("text")) for cell in _objects(row)))
        for item in _objects(block.get("items")):
            first, *rest = _lines(item.get("blocks")) or [""]
            lines += [f"{item['label']} {first}", *rest]
        lines += _lines(block.get("blocks"))
    return lines


def plain(text: Json) -> str:
    """Write a rich text without its dress."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(plain(item) for item in text)
    if not isinstance(text, dict):
        return ""
    for name in ("text", "expression", "alternative_text"):
        if name in text:
            return plain(text[name])
    return ""


def _button(value: JsonObject) -> Button:
    action = next(name for name in value if name not in {"text", "style", "icon_custom_emoji_id"})
    return Button(plain(value.get("text")), action, value[action])


def _rows(message: JsonObject) -> tuple[tuple[Button, ...], ...]:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else []
    assert isinstance(rows, list)
    return tuple(tuple(_button(button) for button in _objects(row)) for row in rows)


def _rich_rows(blocks: Json) -> list[tuple[Button, ...]]:
    """Give the buttons that stand inside a rich message, a row for each block of them."""
    rows: list[tuple[Button, ...]] = []
    for value in _walk(blocks):
        if value.get("type") == "buttons":
            rows.append(tuple(_button(button) for button in _objects(value.get("buttons"))))
        if value.get("type") == "button" and isinstance(value.get("button"), dict):
            button = value["button"]
            assert isinstance(button, dict)
            rows.append((_button(button),))
    return rows


def _rich_links(blocks: Json) -> list[tuple[str, str]]:
    links = []
    for value in _walk(blocks):
        if value.get("type") == "url":
            links.append((plain(value.get("text")), str(value["url"])))
        if value.get("type") == "anchor_link":
            links.append((plain(value.get("text")), f"#{value['anchor_name']}"))
    return links


def _walk(value: Json) -> list[JsonObject]:
    """Give every object inside a value, in reading order."""
    if isinstance(value, list):
        return [found for item in value for found in _walk(item)]
    if isinstance(value, dict):
        return [value, *(found for item in value.values() for found in _walk(item))]
    return []


def _links(message: JsonObject) -> list[tuple[str, str]]:
    text = str(message.get("text") or message.get("caption") or "").encode("utf-16-le")
    links = []
    for entity in _objects(message.get("entities") or message.get("caption_entities")):
        begin, length = entity["offset"], entity["length"]
        assert isinstance(begin, int)
        assert isinstance(length, int)
        label = text[2 * begin : 2 * (begin + length)].decode("utf-16-le")
        if entity["type"] in {"text_link", "url"}:
            links.append((label.replace(JOINER, ""), str(entity.get("url", label))))
    return links


def transcript(messages: tuple[Visible, ...]) -> str:
    """Write messages one below the other, for a person who wonders why a test failed."""
    lines = []
    for message in messages:
        edited = " (edited)" if message.is_edited else ""
        lines.append(f"--- {message.id} {message.author}{edited}")
        lines.append(message.text)
        lines += ["  ".join(f"[{button.label}]" for button in row) for row in message.rows]
        if message.document:
            lines.append(f"<{message.document}>")
    return "\n".join(lines)
