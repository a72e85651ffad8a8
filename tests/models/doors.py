"""Who is let in, and where to: the key, the paths, the models that are served."""

from __future__ import annotations

from dataclasses import dataclass

from tests.models.refusals import Json, unauthorized, unknown_model, unknown_url
from tests.models.replies import CREATED_AT
from tests.models.requests import ChatRequest, parse_request
from tests.models.wire import HttpRequest


@dataclass(frozen=True, slots=True)
class RequestRouter:
    """What a request must bring; without a key any will do."""

    key: str | None
    served_models: tuple[str, ...]

    def route(self, request: HttpRequest) -> ChatRequest | None:
        """The chat that is asked for, None for the list of models; or ``Refused``."""
        authorization = request.headers.get("authorization", "")
        if self.key is not None and authorization != f"Bearer {self.key}":
            raise unauthorized(authorization)
        match request.method, request.path.removeprefix("/v1"):
            case "GET", "/models":
                return None
            case "POST", "/chat/completions":
                chat_request = parse_request(request.body)
                if chat_request.model not in self.served_models:
                    raise unknown_model(chat_request.model)
                return chat_request
        raise unknown_url(request.method, request.path)

    def model_list(self) -> Json:
        """The list of models."""
        models = [
            {"id": name, "object": "model", "created": CREATED_AT, "owned_by": "papergram-tests"}
            for name in self.served_models
        ]
        return {"object": "list", "data": models}
