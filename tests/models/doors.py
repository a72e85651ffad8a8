"""Who is let in, and where to: the key, the paths, the models that are served."""

from __future__ import annotations

from dataclasses import dataclass

from tests.models.refusals import Json, unauthorized, unknown_model, unknown_url
from tests.models.replies import CREATED
from tests.models.requests import Chat, accept
from tests.models.wire import Request


@dataclass(frozen=True, slots=True)
class Doors:
    """What a request must bring; without a key any will do."""

    key: str | None
    served: tuple[str, ...]

    def enter(self, request: Request) -> Chat | None:
        """The chat that is asked for, None for the list of models; or ``Refused``."""
        authorization = request.headers.get("authorization", "")
        if self.key is not None and authorization != f"Bearer {self.key}":
            raise unauthorized(authorization)
        match request.method, request.path.removeprefix("/v1"):
            case "GET", "/models":
                return None
            case "POST", "/chat/completions":
                chat = accept(request.body)
                if chat.model not in self.served:
                    raise unknown_model(chat.model)
                return chat
        raise unknown_url(request.method, request.path)

    def listed(self) -> Json:
        """The list of models."""
        models = [
            {"id": name, "object": "model", "created": CREATED, "owned_by": "papergram-tests"}
            for name in self.served
        ]
        return {"object": "list", "data": models}
