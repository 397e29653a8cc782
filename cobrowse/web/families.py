"""Every metric of /metrics, in one table: its kind, its labels, and what it says. docs/operating.md explains each.

Labels are words of ours or ids of sites, never of sessions, agents or peers, and never a path or an address."""

from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]
PREFIX = "cobrowse_"
WORKER = "worker"


class Family(NamedTuple):
    """`labels` are told apart in a count's name by dots: `troubles.shop.csp_self`."""

    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


def _counter(text: str, *labels: str) -> Family:
    return Family("counter", text, labels)


def _gauge(text: str, *labels: str) -> Family:
    return Family("gauge", text, labels)


def _histogram(text: str, *labels: str) -> Family:
    return Family("histogram", text, labels)


# By the name of the count, as `Counters.add`, `Counters.observe` and `web.metrics` call it.
FAMILIES: dict[str, Family] = {
    # Sessions and peers
    "sessions": _gauge("Sessions by state, each at one hub only: the sum over all hubs is right.", "state"),
    "sessions_held": _gauge("Sessions with a peer on this hub."),
    "peers": _gauge("Sockets that hold a seat.", "seat"),
    "seats_taken": _counter("Seats taken."),
    "reconnects": _counter(
        "Seats taken by somebody who follows an earlier holder: page changes and reconnects.", "seat"
    ),
    "seats_taken_over": _counter("Seats taken while the earlier holder still had it.", "seat"),
    "seats_left": _counter("Sockets that gave up a seat, by why; slow: took nothing for 30 s.", "reason"),
    "turned_away": _counter("Sockets that got no seat.", "reason"),
    "claims": _counter("Codes claimed."),
    "claims_failed": _counter("Codes that let nobody in.", "reason"),
    "step_conflicts": _counter("Steps of a session that lost against another one and were tried again."),
    # The view
    "frames": _counter("Frames from peers."),
    "bad_messages": _counter("Frames that were no messages; their sockets were closed."),
    "refused_frame": _counter("Frames of the view that were refused.", "reason"),
    "problems": _counter("Messages that were refused.", "reason"),
    "washed": _counter("Texts that the hub masked because the site's masking had not.", "site"),
    "resyncs": _counter("New pictures asked of customers' tabs."),
    "view_dropped": _counter("Messages of the view in a state that shows nothing."),
    "view_skipped": _counter("Messages of an epoch that is given up."),
    "view_undelivered": _counter("Messages of the view with no agent to take them."),
    "view_lost": _counter("Times an agent's outbox overflowed and let the view go."),
    "paced": _counter("Times a peer said too much and was not read for a while."),
    "troubles": _counter("What tabs found wrong with the picture.", "site", "reason"),
    "checkups_dropped": _counter("Questions of consoles that came too fast."),
    "outbox_bytes": _gauge("Bytes that wait in outboxes."),
    "outbox_bytes_max": _gauge("Bytes that wait in the fullest outbox."),
    # Acts
    "acts": _counter("Acts passed on."),
    "refused_act": _counter("Acts that the hub refused.", "reason"),
    "act_seconds": _histogram("From an act's way to the customer to the first word about it."),
    "acts_unanswered": _counter("Acts of which nobody heard again."),
    # Between hubs
    "bus_lag_seconds": _histogram("How long the Bus takes, by an echo each 5 s."),
    "bus_echoes_lost": _counter("Echoes that did not come back within 5 s."),
    "bus_lost": _counter("Messages to other hubs that the Bus did not take."),
    "bus_unheard": _counter("Messages to other hubs to which nobody listened."),
    "bus_losses": _counter("Times the Bus may have lost something and all was read again."),
    "bus_too_late": _counter("Messages of the Bus for peers that had gone."),
    "bad_bus_messages": _counter("Messages of the Bus that could not be read."),
    # The store
    "store_seconds": _histogram("How long the store takes.", "call"),
    "store_errors": _counter("Calls that the store did not answer as it should.", "reason"),
    "store_away": _gauge("1 while the store does not answer."),
    "store_missed": _counter("Work put off because the store did not answer.", "what"),
    "owed": _counter("Steps that the store could not take at once."),
    "owing": _gauge("Steps that the store has not taken yet; their sessions stand still."),
    "clock_difference_seconds": _gauge("This hub's clock minus the store's."),
    "clock_alarm": _gauge("1 while the clocks differ too much."),
    "clock_alarms": _counter("Times the clocks began to differ too much."),
    "store_recoveries": _counter("Times the store was away and all was made up for."),
    "sessions_put_back": _counter("Sessions that the store had lost, wholly or in part, and got back from this hub."),
    "stood_still": _counter("Times this process stood still for longer than 5 s."),
    # Assets
    "assets_bytes": _gauge("Bytes of assets that are kept."),
    "assets_asked": _counter("Assets asked of tabs."),
    "assets_taken": _counter("Assets taken from tabs."),
    "assets_missed": _counter("Assets that could not be had."),
    "assets_fetched": _counter("Assets asked of the origins that sites list."),
    "assets_not_fetched": _counter("Assets that those did not give.", "reason"),
    # The audit trail
    "audit_broken": _counter("Audit trails found broken."),
    "audit_rolled_back": _counter("Audit trails that lost lines."),
    "audit_conflicts": _counter("Lines of audit trails that two hubs wrote at once and that were tried again."),
    "audit_late": _counter("Lines that came after their audit trail was closed."),
    "audit_dropped": _counter("Lines of audit trails for which there was no room while the store was away."),
    # The doors
    "rate_limited": _counter("Requests refused by a rate limit.", "limit"),
    "rate_limit_alarms": _counter("Times somebody guessed too much: codes, passwords, handoffs."),
    "sockets": _gauge("Open sockets."),
    "sockets_waiting": _gauge("Open sockets that have not said hello."),
    "sockets_refused": _counter("Sockets refused because there were too many."),
    "connections": _gauge("Open connections that do not come from a listed proxy."),
    "connections_cut": _counter("Connections closed for being endless, too slow or never read."),
    "unready": _gauge("1 while this is a reason for /readyz to say no.", "reason"),
    # The process
    "failures": _counter("Mistakes of ours; each is in the log with where it happened."),
    "loop_lag_seconds": _histogram("How much later than asked the event loop wakes."),
    "workers_unanswered": _gauge("Workers of this hub that did not tell their counts in time."),
    "build_info": _gauge("Always 1.", "version", "protocol", "python", "store"),
}

# What prometheus-client reads of the process, under its own names.
PROCESS: dict[str, Family] = {
    "process_cpu_seconds": _counter("CPU time used, in seconds."),
    "process_resident_memory_bytes": _gauge("Resident memory."),
    "process_virtual_memory_bytes": _gauge("Virtual memory."),
    "process_start_time_seconds": _gauge("When the process started, Unix seconds."),
    "process_open_fds": _gauge("Open files."),
    "process_max_fds": _gauge("Open files that there may be."),
}


def exposed() -> dict[str, Family]:
    """Every metric by the name that a scrape shows: a counter's ends in `_total`."""
    own = {f"{PREFIX}{name}": family for name, family in FAMILIES.items()}
    return {f"{name}_total" if one.kind == "counter" else name: one for name, one in (own | PROCESS).items()}
