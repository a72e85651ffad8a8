"""A chat as a person sees it: plain text and button labels."""

from dataclasses import dataclass

from bot.demo.emulator.json_encoding import Json, JsonObject, object_items
from bot.demo.emulator.telegram_state import Chat, message_id_of
from bot.texts.telegram_autolinks import WORD_JOINER


@dataclass(frozen=True, slots=True)
class Button:
    """A button that a person sees, with its action."""

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
class VisibleMessage:
    """A message as a person sees it."""

    id: int
    author: str
    is_from_bot: bool
    text: str
    button_rows: tuple[tuple[Button, ...], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    is_rich: bool = False
    is_edited: bool = False
    document: str = ""
    thread_id: int | None = None

    @property
    def button_labels(self) -> tuple[str, ...]:
        """The labels of all buttons, in reading order."""
        return tuple(button.label for row in self.button_rows for button in row)


def visible_messages(chat: Chat) -> tuple[VisibleMessage, ...]:
    """Return the messages of a chat as a person sees them, oldest first."""
    return tuple(
        visible_message(message, is_from_bot=message_id in chat.bot_message_ids)
        for message_id, message in chat.messages.items()
    )


def visible_message(message: JsonObject, *, is_from_bot: bool) -> VisibleMessage:
    """Return a Message object as a person sees it."""
    rich_message = message.get("rich_message")
    blocks = rich_message["blocks"] if isinstance(rich_message, dict) else []
    message_text = str(message.get("text") or message.get("caption") or "")
    author = message.get("from") or message.get("sender_chat") or {}
    document, thread_id = message.get("document"), message.get("message_thread_id")
    assert isinstance(author, dict)
    return VisibleMessage(
        id=message_id_of(message),
        author=str(author.get("first_name") or author.get("title") or ""),
        is_from_bot=is_from_bot,
        text=("\n".join(_block_lines(blocks)) if blocks else message_text).replace(WORD_JOINER, ""),
        button_rows=_button_rows(message, blocks),
        links=_links(message, message_text, blocks),
        is_rich=isinstance(rich_message, dict),
        is_edited="edit_date" in message,
        document=str(document["file_name"]) if isinstance(document, dict) else "",
        thread_id=thread_id if isinstance(thread_id, int) else None,
    )


def _block_lines(blocks: Json) -> list[str]:
    """Return blocks as lines: a table row on one line, a list item after its label."""
    lines: list[str] = []
    for block in object_items(blocks):
        prefixes = {"details": "▸ ", "divider": "---"}
        line_prefix = prefixes.get(str(block["type"]), "")
        for field_name in ("summary", "text", "expression", "credit", "caption"):
            if field_name in block:
                lines += (line_prefix + plain_text(block[field_name])).split("\n")
                line_prefix = ""
        if line_prefix == "---":
            lines.append(line_prefix)
        for row in block.get("cells") if isinstance(block.get("cells"), list) else []:  # type: ignore[union-attr]
            lines.append(" | ".join(plain_text(cell.get("text")) for cell in object_items(row)))
        for item in object_items(block.get("items")):
            first_line, *more_lines = _block_lines(item.get("blocks")) or [""]
            lines += [f"{item['label']} {first_line}", *more_lines]
        lines += _block_lines(block.get("blocks"))
    return lines


def plain_text(text: Json) -> str:
    """Return a rich text without formatting."""
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(plain_text(item) for item in text)
    if not isinstance(text, dict):
        return ""
    for field_name in ("text", "expression", "alternative_text"):
        if field_name in text:
            return plain_text(text[field_name])
    return ""


def _parse_button(value: JsonObject) -> Button:
    action = next(name for name in value if name not in {"text", "style", "icon_custom_emoji_id"})
    return Button(plain_text(value.get("text")), action, value[action])


def _button_rows(message: JsonObject, blocks: Json) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons inside a rich message, a row per block, then those of the keyboard."""
    markup = message.get("reply_markup")
    button_rows: list[Json] = []
    for nested_object in _nested_objects(blocks):
        if nested_object.get("type") == "buttons":
            button_rows.append(nested_object.get("buttons"))
        if nested_object.get("type") == "button":
            button_rows.append([nested_object.get("button")])
    if isinstance(markup, dict):
        keyboard_rows = markup.get("inline_keyboard")
        assert isinstance(keyboard_rows, list)
        button_rows += keyboard_rows
    return tuple(tuple(map(_parse_button, object_items(row))) for row in button_rows)


def _links(message: JsonObject, text: str, blocks: Json) -> tuple[tuple[str, str], ...]:
    """Return label and address of the links in the text, then of those in a rich message."""
    links = []
    encoded_text = text.encode("utf-16-le")
    for entity in object_items(message.get("entities") or message.get("caption_entities")):
        entity_offset, entity_length = entity["offset"], entity["length"]
        assert isinstance(entity_offset, int)
        assert isinstance(entity_length, int)
        link_label = encoded_text[2 * entity_offset : 2 * (entity_offset + entity_length)].decode(
            "utf-16-le"
        )
        if entity["type"] in {"text_link", "url"}:
            links.append((link_label.replace(WORD_JOINER, ""), str(entity.get("url", link_label))))
    for nested_object in _nested_objects(blocks):
        if nested_object.get("type") == "url":
            links.append((plain_text(nested_object.get("text")), str(nested_object["url"])))
        if nested_object.get("type") == "anchor_link":
            links.append(
                (plain_text(nested_object.get("text")), f"#{nested_object['anchor_name']}")
            )
    return tuple(links)


def _nested_objects(value: Json) -> list[JsonObject]:
    """Return every object inside a value, in reading order."""
    if isinstance(value, list):
        return [nested for item in value for nested in _nested_objects(item)]
    if isinstance(value, dict):
        return [value, *(nested for item in value.values() for nested in _nested_objects(item))]
    return []


def transcript(messages: tuple[VisibleMessage, ...]) -> str:
    """Return messages as text, to explain why a test failed."""
    lines = []
    for message in messages:
        edited_mark = " (edited)" if message.is_edited else ""
        lines.append(f"--- {message.id} {message.author}{edited_mark}")
        lines.append(message.text)
        lines += ["  ".join(f"[{button.label}]" for button in row) for row in message.button_rows]
        if message.document:
            lines.append(f"<{message.document}>")
    return "\n".join(lines)
