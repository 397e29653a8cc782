"""Errors as application/problem+json (RFC 9457): `{type, title, status, code, detail}`, and bodies that are read whole.

`code` is stable; `detail` is a sentence for people. 429 and 503 carry Retry-After and `retry_after_seconds`.
"""

import logging
import math
from http import HTTPStatus
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cobrowse.core.errors import (
    BadFrame,
    BadInput,
    BadToken,
    CobrowseError,
    ConfigError,
    NotAllowed,
    NotFound,
    Refused,
    StoreAway,
    StoreConflict,
    StoreError,
    TooMany,
)

logger = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
# The largest JSON body: a handoff token of 2 KB and its fellows.
BODY_MAX_BYTES = 8 * 1024
STORE_RETRY_SECONDS = 2.0

# The first class that fits counts; leaves stand before their bases.
STATUS: tuple[tuple[type[CobrowseError], int], ...] = (
    (TooMany, 429),
    (BadToken, 401),
    (NotAllowed, 403),
    (Refused, 403),
    (BadFrame, 422),
    (BadInput, 400),
    (NotFound, 404),
    (StoreConflict, 503),
    (StoreError, 503),
    (ConfigError, 500),
)
STATUS_OF_CODE: dict[str, int] = {
    "code_mistyped": 422,
    "login_failed": 401,
    "not_signed_in": 401,
    "too_slow": 408,
    "too_large": 413,
    "wrong_type": 415,
    "wrong_host": 421,
    "wrong_version": 426,
    "not_ready": 503,
    "client_not_built": 503,
    # An asset that the tab did not bring in time: the hub stands between.
    "asset_timeout": 504,
    "asset_too_large": 413,
    "unreachable": 502,
}
CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 400: "bad_request"}

T = TypeVar("T")


class NotReady(CobrowseError):
    """This hub cannot answer now; try again."""

    code = "not_ready"


class _Problem(msgspec.Struct, omit_defaults=True, kw_only=True):
    type: str = msgspec.field(default_factory=lambda: "about:blank")
    title: str
    status: int
    code: str
    detail: str
    retry_after_seconds: int = 0


def status_of(error: CobrowseError) -> int:
    """The HTTP status for this error: by its code where that has one, else by its class."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def problem(status: int, code: str, detail: str, retry_after_seconds: float = 0.0) -> Response:
    """A problem as a response."""
    retry = max(1, math.ceil(retry_after_seconds)) if retry_after_seconds > 0 else 0
    body = _Problem(title=HTTPStatus(status).phrase, status=status, code=code, detail=detail, retry_after_seconds=retry)
    headers = {"Retry-After": str(retry)} if retry else {}
    return Response(msgspec.json.encode(body), status, headers, PROBLEM_TYPE)


def of_error(error: CobrowseError) -> Response:
    """The problem that tells this error."""
    status = status_of(error)
    if isinstance(error, TooMany | StoreAway):
        return problem(status, error.code, error.sentence, max(error.retry_after_seconds, 1.0))
    return problem(status, error.code, error.sentence, STORE_RETRY_SECONDS if status == 503 else 0.0)


async def on_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for our own tree."""
    return of_error(error if isinstance(error, CobrowseError) else CobrowseError(str(error)))


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """Starlette's own errors: no such route, wrong method."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = {404: "There is nothing at this address.", 405: "This address does not take this method."}
    response = problem(status, CODE_OF_STATUS.get(status, "error"), detail.get(status, HTTPStatus(status).phrase))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)
    return response


class CatchAll:
    """The outermost catch: what nobody expected is logged and answered 500 without a word of what it was.

    It stands inside the header middleware, so that a 500 has the headers of any other answer (Starlette's own
    ServerErrorMiddleware stands outside of all)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("request_failed place=%s", _place(scope["path"]))
            response = problem(500, "internal", "The hub made a mistake. It has been logged.")
            await response(scope, receive, send)


def _place(path: str) -> str:
    """The part of a path that may be logged: what follows names a session or is a token."""
    first, _, rest = path.removeprefix("/").partition("/")
    return f"/{first}/{rest.partition('/')[0]}" if first == "api" else f"/{first}"


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The whole body, read as it comes and given up beyond `max_bytes`: `BadInput` code `too_large`."""
    too_large = BadInput(f"The body has more than {max_bytes} bytes.", code="too_large")
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared) > max_bytes:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise too_large
    return bytes(body)


async def read_json(request: Request, kind: type[T]) -> T:
    """The JSON body as a `kind`; `BadInput` with code `wrong_type`, `too_large` or `bad_request`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadInput("The body must be application/json.", code="wrong_type")
    body = await read_body(request, BODY_MAX_BYTES)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The body is not what it must be: {error}.", code="bad_request") from error


def json(value: object, status: int = 200) -> Response:
    """Any msgspec value as a JSON response."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")
