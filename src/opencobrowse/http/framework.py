"""What we do differently from Litestar's own request and response, because `Edge` is around every request.

The body has been read, and a model is always answered as JSON: neither has to be found out again for every
request (measured by benchmarks/http.py).
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import SerializationException
from litestar.serialization import encode_json
from litestar.types import Receive, Scope, Send

from opencobrowse.http.bodies import whole


class ReadRequest(Request[Any, Any, Any]):
    """A request whose body `Edge` has read and checked."""

    async def body(self) -> bytes:
        return self.scope["raw_body"]  # type: ignore[typeddict-item,no-any-return]

    async def json(self) -> Any:
        """The body as the handler's model, read strictly: `"1"` is no number, 0 is not `false`. 2.0 is 2."""
        field = self.scope["route_handler"].parsed_data_field
        model, raw = field.annotation if field else Any, await self.body() or b"null"
        try:
            return _decoder(model).decode(raw)
        except msgspec.MsgspecError as error:
            try:
                return msgspec.convert(whole(msgspec.json.decode(raw)), model)
            except msgspec.MsgspecError:
                raise SerializationException(str(error)) from error


@cache
def _decoder(model: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(model)


class ModelAnswer(Response[Any]):
    """What a handler returned that is no `Response`. A model goes straight to its bytes."""

    def to_asgi_response(self, app: Any, request: Any, **options: Any) -> Any:
        plain = not options.get("headers") and not options.get("cookies")
        if plain and isinstance(self.content, msgspec.Struct):
            return self._send
        return super().to_asgi_response(app, request, **options)

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        content = encode_json(self.content)
        length = str(len(content)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": self.status_code or 200, "headers": headers})
        await send({"type": "http.response.body", "body": content, "more_body": False})


class Nothing(Response[None]):
    """An answer without a body, where the framework's own would be the word `null`, and without the name of
    a type that nothing is of."""

    def __init__(self, status_code: int) -> None:
        super().__init__(None, status_code=status_code)

    def to_asgi_response(self, app: Any, request: Any, **options: Any) -> Any:
        return self._send

    async def _send(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": self.status_code or 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
