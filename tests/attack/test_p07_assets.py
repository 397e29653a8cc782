# ruff: noqa: E501 - a case is a line
"""P7: no asset is ever served as a document, whatever its bytes are and however it is asked for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Response

from cobrowse.core.tokens import MirrorToken
from cobrowse.hub.assets import ASSET_MAX_BYTES
from tests.attack.hostile.bodies import BODIES, Body
from tests.attack.hostile.canary import Canary
from tests.attack.hostile.pages import RAN
from tests.live_hub import ANSWER_SECONDS, NO_TLS, LiveHub, sqlite_url
from tests.web.test_customer_api import put
from tests.web.test_pages import hear, live_session, policy_of
from tests.web.test_problems import assert_problem

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
DESTINATIONS = ("image", "font", "style")
ROUNDS = 600


class Relay:
    """A live session whose tab brings what is asked for: asset n is the n-th hostile body."""

    def __init__(self, hub: LiveHub, customer: Any, token: str, mirror: str) -> None:
        self.hub, self.customer, self.token, self.mirror = hub, customer, token, mirror
        self.brought: dict[int, httpx.Response] = {}
        self.refused = asyncio.Event()

    async def serve(self) -> None:
        while True:
            wanted = await hear(self.customer, "asset_wanted")
            n = int(str(wanted["n"]))
            headers = {"Authorization": f"Bearer {self.token}", "Cobrowse-Asset-Ticket": str(wanted["ticket"])}
            # What a tab calls it counts for nothing.
            headers["Content-Type"] = "text/html; charset=utf-7"
            self.brought[n] = await put(self.hub, n, headers, BODIES[n - 1].data)
            if self.brought[n].status_code == 413:
                self.refused.set()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """What the mirror's origin answers to this path below the mirror's own."""
        async with httpx.AsyncClient(verify=NO_TLS, timeout=ANSWER_SECONDS) as client:
            named = {f"Sec-Fetch-{name.capitalize()}": value for name, value in headers.items()}
            return await client.get(self.mirror + path, headers=named)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Relay]:
    async with LiveHub(store=sqlite_url(tmp_path_factory.mktemp("assets"))) as hub:
        await hub.add_agent()
        async with live_session(hub) as (customer, token, mirror):
            made = Relay(hub, customer, token, mirror)
            serving = asyncio.create_task(made.serve())
            yield made
            serving.cancel()


async def test_each_hostile_body_is_what_its_bytes_are_or_nothing(relay: Relay) -> None:
    for n, body in enumerate(BODIES, 1):
        kind = body.media_type.split("/")[0]
        fitting = {"image": "image", "font": "font", "text": "style"}.get(kind, "image")
        answer = await relay.get(f"a/{n}", dest=fitting)
        if not body.media_type:
            assert_problem(relay.brought[n], 400, "asset_type")
            assert_problem(answer, 404, "asset_type")
            continue
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, body.media_type), body.name
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == "attachment"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert policy_of(answer) == {"sandbox": "", "default-src": "'none'", "frame-ancestors": "'none'"}
        assert "set-cookie" not in answer.headers
        for other in {*DESTINATIONS} - {fitting}:
            assert_problem(await relay.get(f"a/{n}", dest=other), 404, "asset_type")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"dest": ""},
        {"dest": "document"},
        {"dest": "iframe"},
        {"dest": "object"},
        {"dest": "embed"},
        {"dest": "frame"},
        {"dest": "fencedframe"},
        {"dest": "script"},
        {"dest": "worker"},
        {"dest": "serviceworker"},
        {"dest": "xslt"},
        {"dest": "manifest"},
        {"dest": "empty"},
        {"dest": "image, document"},
        {"dest": "Image"},
        {"dest": "image;x"},
        {"dest": "image", "mode": "navigate"},
        {"dest": "image", "mode": "same-origin"},
        {"dest": "image", "mode": "websocket"},
        {"dest": "image", "site": "cross-site"},
        {"dest": "image", "site": "same-site"},
        {"dest": "image", "site": "none"},
    ],
    ids=str,
)
async def test_an_asset_answers_no_other_wish(relay: Relay, headers: dict[str, str]) -> None:
    assert_problem(await relay.get("a/1", **headers), 403, "wrong_destination")


@pytest.mark.parametrize(
    "n",
    [
        *(
            "0",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "%201",
            "1%20",
            "1.0",
            "1e0",
            "0x1",
            "\u0661",
            "\uff11",
            "1%0a",
            "1%00",
        ),
        *("1%2f", "1%2f..%2f..", "..%2f1", "%2e%2e", "%2e%2e%2f%2e%2e%2f%2e%2e%2fapi%2fsessions", "1%3fx", "1;x"),
        *("1%5c", "2147483648", "9" * 30, "1,2", "%31%31%31%31%31%31%31%31%31%31%31", "constructor", "null"),
    ],
)
async def test_a_number_is_nothing_else(relay: Relay, n: str) -> None:
    asked = len(relay.brought)
    answer = await relay.get(f"a/{n}", dest="image")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(relay.brought) == asked


async def test_a_token_opens_the_assets_of_its_own_session_alone(relay: Relay) -> None:
    """One of a session that is not, one that is over, one that was changed: none gets what the first has."""
    parts = relay.hub.parts
    other = parts.tokens.sign(MirrorToken(session="another"), parts.clock.now() + 60)
    old = parts.tokens.sign(MirrorToken(session="another"), parts.clock.now() - 120)
    token = relay.mirror.rstrip("/").rpartition("/")[2]
    for wrong, status, code in (
        (other, 404, "asset_not_shared"),
        (old, 401, "token_expired"),
        # Not the last sign, of which some bits mean nothing.
        (token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:], 401, "bad_token"),
        (token + ".", 401, "bad_token"),
        (token.lower(), 401, "bad_token"),
    ):
        assert_problem(await relay.get(f"../{wrong}/a/1", dest="image"), status, code)


# Every way to make a document, or anything that runs, of an address. Each says its name where it gets somewhere.
OPENINGS = {
    "iframe": "Object.assign(add('iframe'), { src: url })",
    "iframe in a sandbox": "{ const e = add('iframe'); e.sandbox = 'allow-scripts allow-same-origin'; e.src = url }",
    "object": "Object.assign(add('object'), { data: url })",
    "object with a type": "Object.assign(add('object'), { type: 'image/svg+xml', data: url })",
    "object of html": "Object.assign(add('object'), { type: 'text/html', data: url })",
    "embed": "Object.assign(add('embed'), { src: url })",
    "embed with a type": "Object.assign(add('embed'), { type: 'image/svg+xml', src: url })",
    "frame": "{ const e = document.createElement('frameset'); e.innerHTML = `<frame src='${url}'>`; document.documentElement.append(e) }",
    "window": "open(url)",
    "link": "{ const e = add('a'); e.href = url; e.target = '_blank'; e.click() }",
    "link that downloads": "{ const e = add('a'); e.href = url; e.download = 'x.html'; add('iframe').contentDocument.body.append(e); e.click() }",
    "form": "{ const e = add('form'); e.action = url; e.target = '_blank'; e.submit() }",
    "script": "Object.assign(add('script'), { src: url })",
    "module": "Object.assign(add('script'), { type: 'module', src: url })",
    "import": "import(url).catch(() => 0)",
    "worker": "new Worker(url)",
    "module worker": "new Worker(url, { type: 'module' })",
    "shared worker": "new SharedWorker(url)",
    "worklet": "CSS.paintWorklet && CSS.paintWorklet.addModule(url).catch(() => 0)",
    "fetch": "fetch(url).catch(() => 0)",
    "fetch without cors": "fetch(url, { mode: 'no-cors' }).catch(() => 0)",
    "xhr": "{ const e = new XMLHttpRequest(); e.open('GET', url); e.responseType = 'document'; e.send() }",
    "svg use": "add('div').innerHTML = `<svg><use href='${url}#x'/></svg>`",
    "preload": "{ const e = add('link'); e.rel = 'preload'; e.as = 'fetch'; e.href = url }",
    "prefetch": "{ const e = add('link'); e.rel = 'prefetch'; e.href = url }",
    "video": "Object.assign(add('video'), { src: url })",
    "track": "add('video').innerHTML = `<track default src='${url}'>`",
    "manifest": "{ const e = add('link'); e.rel = 'manifest'; e.href = url }",
}
OPEN = """([ways, url]) => {
  const add = (tag) => document.body.appendChild(document.createElement(tag));
  for (const way of ways) { try { new Function("add", "url", way)(add, url); } catch {} }
}"""
# What draws an asset, and may.
DRAWING = """(url) => Promise.all([1, 2].map((n) => new Promise((done) => {
  const image = new Image();
  image.onload = image.onerror = done;
  image.src = url + (n === 1 ? "" : "#x");
  document.body.append(image);
})))"""


class Opener:
    """A page that wants an asset as something else, on the mirror's own origin or on a stranger's."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.answered: list[Response] = []
        context = page.context
        context.on("response", lambda answer: self.answered.append(answer))
        context.on("console", lambda message: self.said.append(message.text))

    def served(self) -> set[str]:
        """As what the bytes of any asset were handed out."""
        return {answer.request.resource_type for answer in self.answered if "/a/" in answer.url and answer.ok}

    async def refused(self, url: str, kinds: set[str]) -> None:
        """Until it was refused as each of these."""
        for _ in range(ROUNDS):
            asked = [answer for answer in self.answered if answer.url == url and not answer.ok]
            if kinds <= {answer.request.resource_type for answer in asked}:
                return
            await self.page.wait_for_timeout(50)
        raise AssertionError({answer.request.resource_type for answer in asked})


@pytest.mark.parametrize("home", ["mirror", "stranger"])
async def test_no_way_of_a_page_makes_a_document_of_an_asset(
    watched: Browser, bird: Canary, relay: Relay, home: str
) -> None:
    context = await watched.new_context()
    opener = Opener(await context.new_page())
    # A page of the mirror's origin without its CSP, which there is none of.
    at = f"{relay.hub.mirror_url}/m/blank" if home == "mirror" else "http://control.evil.test/"
    blank = "<!doctype html><title>blank</title><body>"
    await context.route(at, lambda route: route.fulfill(body=blank, content_type="text/html"))
    await context.grant_permissions(["local-network-access"])
    await opener.page.goto(at)
    for n, body in enumerate(BODIES, 1):
        if body.name in (
            "svg with a script",
            "svg with a handler",
            "javascript",
            "javascript as gif",
            "html behind gif",
        ):
            url = f"{relay.mirror}a/{n}"
            await opener.page.evaluate(OPEN, [list(OPENINGS.values()), url])
            await opener.page.evaluate(DRAWING, url)
            # What a stranger's page asks for otherwise, the browser itself keeps from it.
            kinds = {"document", "script", "fetch", "xhr"} if home == "mirror" else {"document"}
            await opener.refused(url, kinds)
    assert [text for text in opener.said if text.startswith(RAN)] == []
    assert opener.served() == ({"image"} if home == "mirror" else set())
    assert bird.heard == []
    await context.close()


async def test_no_asset_is_opened_from_the_address_bar(watched: Browser, relay: Relay) -> None:
    context = await watched.new_context()
    opener = Opener(await context.new_page())
    for n in range(1, 8):
        answer = await opener.page.goto(f"{relay.mirror}a/{n}")
        assert answer is not None
        assert answer.status == 403
        assert answer.headers["content-type"] == "application/problem+json"
    assert opener.said == [] or not [text for text in opener.said if text.startswith(RAN)]
    assert opener.served() == set()
    await context.close()


async def test_an_asset_is_over_with_its_session_and_one_too_large_never_was(relay: Relay) -> None:
    """The last test here: it ends the session."""
    assert (await relay.get("a/1", dest="image")).status_code == 200
    large = len(BODIES) + 1
    BODIES.append(Body("too large", BODIES[0].data + b" " * ASSET_MAX_BYTES, ""))
    asking = asyncio.create_task(relay.get(f"a/{large}", dest="image"))
    await relay.refused.wait()
    BODIES.pop()
    assert_problem(relay.brought[large], 413, "too_large")
    # Nobody waits for what was refused.
    assert_problem(await asking, 413, "asset_too_large")
    await relay.customer.send('{"k":"stop"}')
    await relay.customer.wait_closed()
    assert_problem(await relay.get("a/1", dest="image"), 404, "asset_not_shared")
