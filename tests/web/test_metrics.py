"""/metrics: every count is told and documented, workers show each other's, and not everybody may read it."""

import ast
import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml
from msgspec import msgpack
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from cobrowse.config import from_mapping
from cobrowse.core import codes
from cobrowse.core.errors import ConfigError, StoreConflict, StoreError
from cobrowse.hub.counters import NAMES, SECONDS_BOUNDS, Counters, Histogram
from cobrowse.web.colleagues import Colleagues, Counted, Worker
from cobrowse.web.families import FAMILIES, PROCESS, exposed
from cobrowse.web.measured import StoreWatch, measured
from cobrowse.web.metrics import Families, Metrics
from tests.live_hub import LiveHub, settings_for, sqlite_url
from tests.web.test_sockets import heard, hello, ticket_for

ROOT = Path(__file__).parent.parent.parent
TOKEN = "a-token-for-this-test-alone-0123456789"


def families_of(text: str) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text)}


async def scraped(hub: LiveHub) -> dict[str, Metric]:
    async with hub.client() as operator:
        return families_of((await operator.get("/metrics")).text)


def value(families: dict[str, Metric], name: str, **labels: str) -> float:
    found = [sample for sample in families[name].samples if labels.items() <= sample.labels.items()]
    return sum(sample.value for sample in found if not sample.name.endswith(("_bucket", "_sum")))


# --- what a hub tells


async def test_a_hub_tells_who_is_there_and_how_long_things_take(live: LiveHub) -> None:
    session, ticket = await ticket_for(live)
    async with live.socket("agent") as agent:
        await agent.send(hello(ticket))
        await heard(agent)
        wrong = codes.make(lambda below: below - 1, 9)
        assert (await live.claim(wrong)).status_code == 404
        families = await scraped(live)
    assert session
    assert value(families, "cobrowse_peers", seat="agent") == 1
    assert value(families, "cobrowse_peers", seat="customer") == 0
    assert value(families, "cobrowse_sessions", state="waiting") == 1
    assert value(families, "cobrowse_sessions") == 1
    assert value(families, "cobrowse_claims_failed", reason="code_invalid") == 1
    assert value(families, "cobrowse_store_seconds", call="create") >= 1
    assert value(families, "cobrowse_store_away") == 0
    assert value(families, "cobrowse_unready") == 0
    (info,) = families["cobrowse_build_info"].samples
    assert info.labels["store"] == "sqlite"
    assert info.value == 1
    assert value(families, "process_resident_memory_bytes") > 1e6


async def test_a_store_that_is_away_shows(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> None:
        raise StoreError("no answer")

    store = live.parts.store
    inner = store._store  # type: ignore[attr-defined]  # what is measured
    store.__dict__.pop("ping", None)
    monkeypatch.setattr(inner, "ping", away)
    async with live.client() as operator:
        assert (await operator.get("/readyz")).status_code == 503
        families = families_of((await operator.get("/metrics")).text)
    store.__dict__.pop("ping", None)
    assert value(families, "cobrowse_store_errors", reason="store_unavailable") >= 1


async def test_everything_that_is_told_is_in_the_table(live: LiveHub) -> None:
    families = await scraped(live)
    told = {f"{name}_total" if family.type == "counter" else name for name, family in families.items()}
    assert told <= set(exposed())
    gauges = {name for name, family in exposed().items() if family.kind == "gauge"}
    # What is not known of one process on SQLite.
    assert gauges - told <= {"cobrowse_clock_difference_seconds", "cobrowse_workers_unanswered"}
    for family in families.values():
        for sample in family.samples:
            for text in sample.labels.values():
                assert re.fullmatch(r"[a-z0-9_.+-]*|\+Inf", text), sample


async def test_openmetrics_is_spoken(live: LiveHub) -> None:
    async with live.client() as operator:
        answer = await operator.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


# --- every count in the code, in the table and in the manual


def counted_in_code() -> Iterator[tuple[str, str]]:
    """Where something is counted or measured, and its name up to the first dot."""
    for path in sorted((ROOT / "cobrowse").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            called = ast.unparse(node.func)
            if re.search(r"counters\.(add|observe)$", called):
                yield (
                    f"{path.name}:{node.lineno}",
                    re.sub(r"^f?['\"]|['\"]$", "", ast.unparse(node.args[0])).partition(".")[0],
                )


def test_every_count_in_the_code_is_in_the_table() -> None:
    found = dict(counted_in_code())
    assert len(found) > 40
    for place, name in found.items():
        assert name in FAMILIES, place
    counted = set(found.values())
    # What the web floor counts by itself.
    own = {"rate_limited", "rate_limit_alarms", "sockets_refused", "connections_cut"}
    assert {name for name, family in FAMILIES.items() if family.kind != "gauge"} == counted | own


def manual() -> str:
    return (ROOT / "docs/operating.md").read_text()


def test_every_metric_is_in_the_manual_and_no_other() -> None:
    told = manual().partition("\n## Metrics\n")[2].partition("\n## ")[0]
    rows = [line for line in told.splitlines() if line.startswith("| `")]
    names = {name: line for line in rows for name in re.findall(r"`((?:cobrowse|process)_\w+)`", line.split("|")[1])}
    assert set(names) == set(exposed())
    for name, family in exposed().items():
        labels = re.findall(r"`(\w+)`", names[name].split("|")[2])
        assert tuple(labels) == family.labels, name


def expressions() -> Iterator[tuple[str, str]]:
    """Each PromQL expression of the dashboard and the alerts, with where it stands."""
    dashboard = json.loads((ROOT / "docs/dashboards/cobrowse.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"panel {panel['title']}", target["expr"]
    alerts = yaml.safe_load((ROOT / "docs/dashboards/alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            yield f"alert {rule['alert']}", rule["expr"]


def names_in(text: str) -> set[str]:
    """Metrics by the names of their families: a histogram's series without their endings."""
    found = set(re.findall(r"\b((?:cobrowse|process)_[a-z_]+)\b", text))
    histograms = {name for name, family in exposed().items() if family.kind == "histogram"}
    return {
        next((one for one in histograms if re.fullmatch(rf"{one}_(bucket|sum|count)", name)), name) for name in found
    }


def test_the_dashboard_and_the_alerts_ask_for_what_there_is() -> None:
    asked: set[str] = set()
    for place, expression in expressions():
        names = names_in(expression)
        assert names or "up" in expression, place
        assert names <= set(exposed()), place
        assert expression.count("(") == expression.count(")"), place
        labels = set(re.findall(r"[{,]\s*(\w+)\s*(?:=~|!~|!=|=)", expression))
        by = {word.strip() for words in re.findall(r"by \(([^)]*)\)", expression) for word in words.split(",")}
        known = {label for name in names for label in exposed()[name].labels} | {"job", "instance", "worker", "le"}
        assert labels | by <= known, place
        asked |= names
    everywhere = names_in(manual())
    assert everywhere <= set(exposed()), everywhere - set(exposed())
    wanted = {"sessions", "peers", "frames_total", "refused_frame_total", "refused_act_total", "washed_total"}
    wanted |= {"resyncs_total", "bus_lag_seconds", "claims_failed_total", "act_seconds", "seats_taken_over_total"}
    wanted |= {"reconnects_total", "outbox_bytes", "seats_left_total", "assets_bytes", "store_seconds"}
    wanted |= {"store_errors_total", "store_away", "clock_alarm", "rate_limited_total", "build_info"}
    assert {f"cobrowse_{name}" for name in wanted} <= asked


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    dashboard = json.loads((ROOT / "docs/dashboards/cobrowse.json").read_text())
    assert dashboard["title"]
    assert dashboard["schemaVersion"] >= 36
    assert dashboard["id"] is None
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        place = panel["gridPos"]
        assert 0 <= place["x"] and place["x"] + place["w"] <= 24, panel["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == "${source}"
            assert [target["refId"] for target in panel["targets"]] == sorted(
                {one["refId"] for one in panel["targets"]}
            )
    assert [one["name"] for one in dashboard["templating"]["list"]] == ["source", "job"]


def test_each_alert_says_what_to_do() -> None:
    alerts = yaml.safe_load((ROOT / "docs/dashboards/alerts.yml").read_text())
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    names = [rule["alert"] for rule in rules]
    assert len(set(names)) == len(names)
    told = manual().partition("\n## Alarms\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == set(names)
    for rule in rules:
        assert re.fullmatch(r"\d+[sm]", rule["for"])
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


# --- who may read it


async def test_through_a_proxy_the_counts_are_hidden(tmp_path: Path, clients: Path) -> None:
    hub = {"trusted_proxies": ["127.0.0.0/8"]}
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, hub=hub) as live, live.client() as public:
        answer = await public.get("/metrics", headers={"X-Forwarded-For": "203.0.113.1"})
        assert (answer.status_code, answer.json()["code"]) == (403, "metrics_not_here")
        assert (await public.get("/metrics")).status_code == 200


async def test_a_token_opens_the_counts_to_who_has_it(tmp_path: Path, clients: Path) -> None:
    hub = {"trusted_proxies": ["127.0.0.0/8"], "metrics_token": TOKEN}
    proxied = {"X-Forwarded-For": "203.0.113.1"}
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, hub=hub) as live, live.client() as public:
        for said in (
            {},
            {"Authorization": "Bearer " + TOKEN[:-1]},
            {"Authorization": TOKEN},
            {"Authorization": "Bearer é"},
        ):
            answer = await public.get("/metrics", headers={name.encode(): text.encode() for name, text in said.items()})
            assert (answer.status_code, answer.json()["code"]) == (403, "metrics_token_needed")
        for headers in ({}, proxied):
            answer = await public.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})
            assert answer.status_code == 200
            assert TOKEN not in answer.text


def test_a_short_token_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"hub\.metrics_token"):
        from_mapping(settings_for(8000, "sqlite:///x.db", hub={"metrics_token": "short"}))
    assert TOKEN not in repr(from_mapping(settings_for(8000, "sqlite:///x.db", hub={"metrics_token": TOKEN})))


# --- the parts


def test_counts_and_histograms() -> None:
    counters = Counters()
    counters.add("frames")
    counters.add("frames", 2)
    for seconds in (0.0005, SECONDS_BOUNDS[0], 0.3, 99.0):
        counters.observe("act_seconds", seconds)
    assert counters.all() == {"frames": 3}
    told = counters.histograms()["act_seconds"]
    assert (told.counts[0], told.counts[-1], sum(told.counts)) == (2, 1, 4)
    assert told.total == pytest.approx(99.3015)


def test_names_without_end_are_one() -> None:
    counters = Counters()
    for number in range(NAMES + 10):
        counters.add(f"problems.reason_{number}")
        counters.observe(f"store_seconds.call_{number}", 0.1)
    assert counters.all()["problems.other"] == 10
    assert sum(counters.histograms()["store_seconds.other"].counts) == 10
    assert max(len(counters.all()), len(counters.histograms())) == NAMES + 1


def test_what_nobody_documented_is_shown_all_the_same() -> None:
    families = Families()
    families.add(counted(counters={"surprise.one": 2.0, "surprise.two": 1.0, "plain": 1.0}), "")
    found = {sample.name: sample.labels for family in families.collect() for sample in family.samples}
    assert found["cobrowse_surprise_total"] == {"reason": "two"}
    assert found["cobrowse_plain_total"] == {"reason": ""}


def counted(**more: dict[str, float]) -> Counted:
    bare: dict[str, dict[str, float]] = {"counters": {}, "gauges": {}, "process": {}, **more}
    return Counted(histograms={}, info={"version": "1", "protocol": "1", "python": "3", "store": "redis"}, **bare)


class Slow:
    """A store that takes its time, and fails when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.error: Exception | None = None

    async def read(self, name: str, *, twice: bool = False) -> str:
        self.seconds += 0.2
        if self.error:
            raise self.error
        return name * (2 if twice else 1)

    def plain(self) -> str:
        return "as it is"


async def test_a_store_is_timed() -> None:
    slow = Slow()
    watch = StoreWatch(lambda: slow.seconds)
    store = measured(slow, watch)
    assert await store.read("x", twice=True) == "xx"
    assert store.plain() == "as it is"
    for error, away in ((StoreError("gone"), True), (StoreConflict("lost"), False)):
        slow.error = error
        with pytest.raises(type(error)):
            await store.read("x")
        assert watch.away is away
    slow.error = None
    watch.away = True
    await store.read("x")
    assert not watch.away
    told = watch.counters.histograms()["store_seconds.read"]
    assert sum(told.counts) == 4
    assert told.total == pytest.approx(0.8)
    assert sum(watch.counters.all().values()) == 2


# --- workers


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no worker that hangs."""
    monkeypatch.setattr("cobrowse.web.colleagues.ANSWER_SECONDS", 30.0)


@contextlib.asynccontextmanager
async def workers(folder: Path, frames: dict[int, float]) -> AsyncIterator[dict[int, Metrics]]:
    """Workers by their numbers, each of which counted so many frames."""
    settings = from_mapping(settings_for(8000, "redis://127.0.0.1:1/0"))
    made = {
        number: Metrics(
            settings,
            lambda amount=amount: counted(counters={"frames": amount}),  # type: ignore[misc]  # bound now
            Worker(number, len(frames), str(folder)),
        )
        for number, amount in frames.items()
    }
    async with contextlib.AsyncExitStack() as stack:
        for one in made.values():
            await stack.enter_async_context(one.running())
        yield made


async def told(metrics: Metrics) -> dict[str, Metric]:
    text, _ = await metrics.text("")
    return families_of(text.decode())


@pytest.mark.usefixtures("patient")
async def test_any_worker_shows_all(tmp_path: Path) -> None:
    async with workers(tmp_path, {1: 10, 2: 32}) as made:
        for number in (1, 2):
            families = await told(made[number])
            assert value(families, "cobrowse_frames") == 42
            assert value(families, "cobrowse_frames", worker="2") == 32
            assert value(families, "cobrowse_workers_unanswered") == 0
    assert not await asyncio.to_thread(lambda: list(tmp_path.iterdir()))


@pytest.mark.usefixtures("patient")
async def test_a_worker_that_is_gone_or_says_nonsense_is_left_out_and_counted(tmp_path: Path) -> None:
    async with workers(tmp_path, {1: 10, 2: 32, 3: 1}) as made:
        (tmp_path / "2.sock").unlink()
        (tmp_path / "3.sock").unlink()

        async def nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"\xc1")
            writer.close()

        server = await asyncio.start_unix_server(nonsense, tmp_path / "3.sock")
        families = await told(made[1])
        server.close()
    assert value(families, "cobrowse_frames") == 10
    assert value(families, "cobrowse_workers_unanswered") == 2


async def test_a_worker_that_stands_still_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobrowse.web.colleagues.ANSWER_SECONDS", 0.05)
    still = asyncio.Event()

    async def stand_still(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await still.wait()
        writer.close()

    server = await asyncio.start_unix_server(stand_still, tmp_path / "2.sock")
    async with Colleagues(Worker(1, 2, str(tmp_path)), counted).listening():
        found = await Colleagues(Worker(1, 2, str(tmp_path)), counted).ask()
    still.set()
    server.close()
    assert found[1] is not None
    assert found[2] is None


@pytest.mark.usefixtures("patient")
async def test_a_worker_that_talks_without_end_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobrowse.web.colleagues.ANSWER_MAX_BYTES", 1000)

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while not writer.is_closing():
                writer.write(b"\x80" * 1000)
                await writer.drain()

    server = await asyncio.start_unix_server(talk, tmp_path / "2.sock")
    found = await Colleagues(Worker(1, 2, str(tmp_path)), counted).ask()
    server.close()
    assert found[2] is None


@pytest.mark.usefixtures("patient")
async def test_who_comes_takes_the_place_of_who_goes(tmp_path: Path) -> None:
    first, second = (Colleagues(Worker(1, 2, str(tmp_path)), counted) for _ in range(2))
    async with contextlib.AsyncExitStack() as later:
        async with first.listening():
            await later.enter_async_context(second.listening())
        # The first has left and took nothing along.
        found = await Colleagues(Worker(2, 2, str(tmp_path)), counted).ask()
    assert found[1] == counted()


def test_what_a_worker_is_told() -> None:
    told = {"COBROWSE_WORKER": "2", "COBROWSE_WORKERS": "4", "COBROWSE_WORKERS_FOLDER": "/run/x"}
    assert Worker.from_environ(told) == Worker(2, 4, "/run/x")
    for missing in told:
        assert Worker.from_environ({name: text for name, text in told.items() if name != missing}) is None


def test_counts_travel_whole() -> None:
    sent = Counted({"frames": 1.0}, {"peers.agent": 2.0}, {"act_seconds": Histogram([1, 2], 0.5)}, {}, {"version": "1"})
    assert msgpack.decode(msgpack.encode(sent), type=Counted) == sent


def test_process_counts_are_those_of_the_table() -> None:
    assert set(PROCESS) & set(FAMILIES) == set()
