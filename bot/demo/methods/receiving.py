"""Methods to receive updates and files."""

from bot.demo.emulator.arguments import CallArguments
from bot.demo.emulator.json_encoding import Json, bad_request
from bot.demo.emulator.telegram_state import TelegramState

_MAX_UPDATES = 100  # in one response, also the default


async def get_updates(state: TelegramState, arguments: CallArguments) -> Json:
    """Return waiting updates, or wait for one."""
    if arguments.has("allowed_updates"):
        error_text = "Can't parse allowed updates JSON object"
        kinds = arguments.json_value("allowed_updates", error_text)
        if not isinstance(kinds, list):
            raise bad_request(error_text)
        state.updates.allowed_kinds = tuple(str(kind) for kind in kinds)
    limit = arguments.number("limit", _MAX_UPDATES)
    limit = limit if 1 <= limit <= _MAX_UPDATES else _MAX_UPDATES
    offset, timeout = arguments.number("offset"), arguments.number("timeout")
    updates: list[Json] = [*await state.updates.fetch(offset, limit, timeout)]
    return updates


def get_file(state: TelegramState, arguments: CallArguments) -> Json:
    """Return the path from which a file can be downloaded."""
    file_id = arguments.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.id,
        "file_unique_id": f"unique-{file.id}",
        "file_size": len(file.content),
        "file_path": f"documents/{file.id}",
    }
