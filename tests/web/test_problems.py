"""Problems: which error is which status, bodies with a limit, and what is not told."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from cobrowse.core.errors import (
    BadAddress,
    BadCode,
    BadFrame,
    BadToken,
    CobrowseError,
    ConfigError,
    NotAllowed,
    NotFound,
    StoreConflict,
    StoreError,
    TooMany,
)
from cobrowse.web.problems import (
    BODY_MAX_BYTES,
    CatchAll,
    NotReady,
    _place,
    of_error,
    on_error,
    on_http_exception,
    read_json,
    status_of,
)
from cobrowse.web.sign_in import LoginFailed, NotSignedIn


class Greeting(Struct, forbid_unknown_fields=True):
    name: str


async def greet(request: Request) -> Response:
    greeting = await read_json(request, Greeting)
    return Response(greeting.name)


async def fail(_request: Request) -> Response:
    raise RuntimeError("a secret of the machine")


async def fail_late(_request: Request) -> Response:
    async def body() -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("too late")

    return StreamingResponse(body())


async def teapot(_request: Request) -> Response:
    raise HTTPException(401, headers={"WWW-Authenticate": "x"})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(
        routes=[
            Route("/greet", greet, methods=["POST"]),
            Route("/fail/secret-token", fail),
            Route("/late", fail_late),
            Route("/teapot", teapot),
        ],
        middleware=[Middleware(CatchAll)],
        exception_handlers={CobrowseError: on_error, HTTPException: on_http_exception},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.example") as made:
        yield made


def assert_problem(response: httpx.Response, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= {"type", "title", "status", "code", "detail"}
    assert (body["status"], body["code"]) == (status, code)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadCode("x"), 422),
        (BadFrame("x"), 422),
        (BadAddress("x"), 400),
        (BadToken("x"), 401),
        (BadToken("x", code="token_expired"), 401),
        (NotAllowed("x"), 403),
        (TooMany("x", retry_after_seconds=3), 429),
        (NotFound("x"), 404),
        (NotFound("x", code="code_invalid"), 404),
        (StoreError("x"), 503),
        (StoreConflict("x"), 503),
        (ConfigError("x"), 500),
        (LoginFailed("x"), 401),
        (NotSignedIn("x"), 401),
        (NotReady("x"), 503),
        (CobrowseError("x"), 500),
    ],
)
def test_each_error_has_its_status(error: CobrowseError, status: int) -> None:
    assert status_of(error) == status


def test_who_must_wait_is_told_how_long() -> None:
    response = of_error(TooMany("Wait.", retry_after_seconds=2.2))
    assert response.headers["retry-after"] == "3"
    assert json.loads(bytes(response.body))["retry_after_seconds"] == 3
    assert of_error(TooMany("Wait.", retry_after_seconds=0)).headers["retry-after"] == "1"
    assert of_error(StoreError("Away.")).headers["retry-after"] == "2"
    assert "retry-after" not in of_error(NotFound("None.")).headers


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/"),
        ("/m/token/a/7", "/m"),
        ("/m/token/", "/m"),
        ("/api/sessions/id", "/api/sessions"),
        ("/api/assets/7", "/api/assets"),
        ("/join/shop", "/join"),
    ],
)
def test_what_is_logged_of_a_path_holds_no_token(path: str, place: str) -> None:
    assert _place(path) == place


async def test_an_error_without_a_tree_says_nothing_of_itself(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await client.get("/fail/secret-token")
    assert_problem(response, 500, "internal")
    assert "secret" not in response.text
    assert any(record.exc_info for record in caplog.records)


async def test_an_error_after_the_answer_began_is_the_servers(client: httpx.AsyncClient) -> None:
    with pytest.raises(RuntimeError, match="too late"):
        await client.get("/late")


async def test_starlettes_own_errors_are_problems_too(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/nowhere"), 404, "not_found")
    wrong = await client.get("/greet")
    assert_problem(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"
    strange = await client.get("/teapot")
    assert_problem(strange, 401, "error")
    assert strange.headers["www-authenticate"] == "x"
    assert_problem_of(await on_http_exception(Request({"type": "http"}), RuntimeError()), 500)


def assert_problem_of(response: Response, status: int) -> None:
    assert response.status_code == status
    assert response.media_type == "application/problem+json"


async def test_a_body_is_read(client: httpx.AsyncClient) -> None:
    assert (await client.post("/greet", json={"name": "Ana"})).text == "Ana"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"name": 1}', b'{"name": "x", "more": 1}', b'{"name": "\xff"}', b"\xff"]
)
async def test_a_body_that_is_not_what_it_must_be(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post("/greet", content=body, headers={"Content-Type": "application/json; charset=utf-8"})
    assert_problem(answer, 400, "bad_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
async def test_a_body_of_another_type(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/greet", content=b'{"name": "x"}', headers={"Content-Type": kind})
    assert_problem(answer, 415, "wrong_type")


async def test_a_body_that_is_too_large_declared_or_not(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * (BODY_MAX_BYTES // 2)

    kind = {"Content-Type": "application/json"}
    declared = await client.post("/greet", content=b"x" * (BODY_MAX_BYTES + 1), headers=kind)
    assert_problem(declared, 413, "too_large")
    assert_problem(await client.post("/greet", content=chunks(), headers=kind), 413, "too_large")
    lying = await client.post(
        "/greet", content=b"{}", headers={b"content-type": b"application/json", b"content-length": b"\xb2"}
    )
    assert_problem(lying, 413, "too_large")
