"""The walk with its state in a real Redis, the agent on one hub process and the customer on another."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from playwright.sync_api import expect

from cobrowse.web.server import listen
from tests.e2e.balancer import Balancer
from tests.e2e.places import HOST, HubProcess, InThread, Place, Ready, free_port
from tests.e2e.walk import Agent, Customer, go_live, take_control

pytestmark = pytest.mark.redis

CUSTOMER_PATHS = ("/ws/customer", "/api/codes", "/api/handoffs", "/api/assets", "/snippet.js", "/static/s")


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    folder = tmp_path_factory.mktemp("redis")
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen(["redis-server", *options], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    while "Ready to accept" not in server.stdout.readline():
        assert server.poll() is None, "redis-server ended"
    yield port
    server.terminate()
    server.wait(10)
    server.stdout.close()


class TwoHubs(Place):
    """Two hubs on one Redis behind one address."""

    def __init__(self, folder: Path, redis_port: int) -> None:
        super().__init__(folder, store=f"redis://{HOST}:{redis_port}/0")
        self.ports = free_port(), free_port()
        self.processes: list[HubProcess] = []
        self.balancer = Balancer(*self.ports, CUSTOMER_PATHS)
        self._front: InThread | None = None

    def start(self) -> None:
        self.processes = [self.hub_process(port) for port in self.ports]

        async def work(stop: asyncio.Event, ready: Ready) -> None:
            bound = listen(HOST, self.hub_port)
            bound.listen()
            ready()
            await self.balancer.serve(bound, stop)

        self._front = InThread(work)

    def close(self) -> None:
        super().close()
        if self._front is not None:
            self._front.stop()
        codes = [process.stop() for process in self.processes]
        assert codes == [0, 0]


@pytest.fixture
def place(tmp_path: Path, redis_port: int) -> Iterator[TwoHubs]:
    with redis.Redis(host=HOST, port=redis_port) as client:
        client.flushall()
    made = TwoHubs(tmp_path, redis_port)
    made.start()
    yield made
    made.close()


def test_the_walk_on_two_hubs(agent: Agent, customer: Customer, place: TwoHubs, redis_port: int) -> None:
    go_live(agent, customer, "/")
    agent.expect_heading("Things that last")
    assert min(place.balancer.counts.values()) > 0, "both hubs had work"
    agent.mirror_frame().wait_for_function(
        """() => { const images = [...document.querySelector("iframe").contentDocument.images];
            return images.length > 5 && images.every(image => image.complete && image.naturalWidth > 0); }"""
    )

    agent.tool("highlight")
    agent.press("h1")
    agent.expect_result("done")

    take_control(agent, customer)
    agent.press("#menu a")
    customer.expect_heading("Catalogue")
    agent.expect_heading("Catalogue")
    agent.type_address("/product/5")
    customer.see("navigate-allow").click()
    agent.expect_heading("River teapot")
    agent.back()
    agent.expect_heading("Catalogue")

    customer.see("control-release").click()
    agent.expect_control("off")
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    customer.see("banner-pause").click()
    agent.expect_state("live")

    agent.end()
    expect(customer.see("receipt")).to_be_visible()
    assert agent.foreign_requests() == []
    customer.expect_no_error()
    _expect_no_page_in(redis_port)


def test_the_customers_hub_is_killed(agent: Agent, customer: Customer, place: TwoHubs) -> None:
    go_live(agent, customer, "/")
    place.processes[1].kill()
    place.processes[1] = place.hub_process(place.ports[1])
    customer.page.evaluate("document.querySelector('h1').textContent = 'On another hub'")
    agent.expect_heading("On another hub")
    agent.expect_state("live")


def _expect_no_page_in(port: int) -> None:
    """P12: nothing of the page is left in the store."""
    with redis.Redis(host=HOST, port=port, decode_responses=False) as client:
        dump = b"".join(key + client.dump(key) for key in client.scan_iter("*"))
    assert b"River teapot" not in dump and b"Catalogue" not in dump
    assert dump, "the session itself is there"
