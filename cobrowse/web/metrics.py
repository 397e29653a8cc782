"""/metrics: what the parts counted, as Prometheus reads it.

Nothing here is asked while a frame passes: the parts count plain numbers, and a scrape makes families of them."""

import hmac
import platform
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from importlib import metadata

from prometheus_client import ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from cobrowse.config import Settings
from cobrowse.core.errors import NotAllowed
from cobrowse.core.protocol import VERSION
from cobrowse.hub.counters import SECONDS_BOUNDS, Histogram
from cobrowse.web.colleagues import Colleagues, Counted, Worker
from cobrowse.web.families import FAMILIES, PREFIX, PROCESS, WORKER, Family

# What a count is called that the table does not know: shown all the same, so that nothing is hidden.
UNKNOWN = Family("counter", "Not documented.", ("reason",))
BOUNDS = (*(str(bound) for bound in SECONDS_BOUNDS), "+Inf")

Count = Callable[[], Counted]


class Metrics:
    """Counts of this process, and of its colleagues where it has any."""

    def __init__(self, settings: Settings, count: Count, worker: Worker | None = None) -> None:
        self._token = settings.hub.metrics_token
        self._count = count
        self._colleagues = Colleagues(worker, count) if worker is not None else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer colleagues while open."""
        if self._colleagues is None:
            yield
            return
        async with self._colleagues.listening():
            yield

    def check(self, authorization: str, *, proxied: bool) -> None:
        """Raise `NotAllowed` where who asks may not read the counts: without the token where one is set, and through a
        proxy, whose visitors are the public, where none is."""
        if self._token is not None:
            wanted = f"Bearer {self._token.reveal()}"
            if not hmac.compare_digest(wanted.encode(), authorization.encode("utf-8", "surrogateescape")):
                raise NotAllowed("The counts need the token of hub.metrics_token.", code="metrics_token_needed")
        elif proxied:
            raise NotAllowed(
                "The counts are for who reaches the hub itself; through a proxy they need hub.metrics_token.",
                code="metrics_not_here",
            )

    async def text(self, accept: str) -> tuple[bytes, str]:
        """The counts in the format that `accept` asks for, and its media type."""
        encode, media_type = choose_encoder(accept)
        if self._colleagues is None:
            found: list[tuple[str, Counted]] = [("", self._count())]
            unanswered = 0
        else:
            answers = await self._colleagues.ask()
            found = [(str(number), one) for number, one in sorted(answers.items()) if one is not None]
            unanswered = len(answers) - len(found)
        families = Families()
        for worker, counted in found:
            families.add(counted, worker)
        if self._colleagues is not None:
            families.number("workers_unanswered", unanswered, str(self._colleagues.worker.number))
        return encode(families), media_type


class Families(Collector):
    """Families, filled count by count."""

    def __init__(self) -> None:
        self._families: dict[str, Metric] = {}

    def collect(self) -> Iterable[Metric]:
        return self._families.values()

    def add(self, counted: Counted, worker: str) -> None:
        """All that one worker counted; `worker` is empty where there is but one."""
        for name, number in (*counted.counters.items(), *counted.gauges.items()):
            self.number(name, number, worker)
        for name, histogram in counted.histograms.items():
            self._histogram(name, histogram, worker)
        for name, number in counted.process.items():
            self._sample(name, PROCESS[name], [], number, worker)
        self._sample(f"{PREFIX}build_info", FAMILIES["build_info"], list(counted.info.values()), 1, worker)

    def number(self, name: str, number: float, worker: str) -> None:
        """One count or gauge, by its name with its labels' values."""
        what, family, values = _parts(name)
        self._sample(f"{PREFIX}{what}", family, values, number, worker)

    def _sample(self, name: str, family: Family, values: list[str], number: float, worker: str) -> None:
        found = self._family(name, family, worker)
        if isinstance(found, CounterMetricFamily | GaugeMetricFamily):
            found.add_metric([*values, worker] if worker else values, number)

    def _histogram(self, name: str, histogram: Histogram, worker: str) -> None:
        what, family, values = _parts(name)
        found = self._family(f"{PREFIX}{what}", family, worker)
        if not isinstance(found, HistogramMetricFamily):
            return
        buckets, below = [], 0
        for bound, count in zip(BOUNDS, histogram.counts, strict=True):
            below += count
            buckets.append((bound, float(below)))
        found.add_metric([*values, worker] if worker else values, buckets, histogram.total)

    def _family(self, name: str, family: Family, worker: str) -> Metric:
        found = self._families.get(name)
        if found is None:
            kind = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}
            labels = [*family.labels, WORKER] if worker else list(family.labels)
            found = self._families[name] = kind[family.kind](name, family.help, labels=labels)
        return found


def _parts(name: str) -> tuple[str, Family, list[str]]:
    """`troubles.shop.csp_self` -> its family's name, the family, the values of its labels."""
    what, _, rest = name.partition(".")
    family = FAMILIES.get(what, UNKNOWN)
    values = rest.split(".", len(family.labels) - 1) if family.labels else []
    return what, family, values + [""] * (len(family.labels) - len(values))


def process_counts() -> dict[str, float]:
    """What the system knows of this process, by the names of `PROCESS`; empty where there is no /proc."""
    found = ProcessCollector(registry=CollectorRegistry()).collect()
    return {metric.name: metric.samples[0].value for metric in found if metric.name in PROCESS and metric.samples}


def build_info(settings: Settings) -> dict[str, str]:
    """The labels of `build_info`, in their order."""
    return {
        "version": metadata.version("cobrowse"),
        "protocol": str(VERSION),
        "python": platform.python_version(),
        "store": settings.store_scheme,
    }


def flags(reasons: Mapping[str, bool]) -> dict[str, float]:
    """`unready` by its reasons."""
    return {f"unready.{reason}": float(on) for reason, on in reasons.items()}
