"""What else the machine does is seen, and what a moment ago ended is not taken for it."""

import threading
from collections.abc import Iterator

import pytest

from bench import machine
from bench.machine import BUSY_CORES, Load


def looks(monkeypatch: pytest.MonkeyPatch, *cores: float) -> Iterator[float]:
    left = iter(cores)
    monkeypatch.setattr(machine, "_cores_in_use", lambda: next(left))
    return left


def test_a_quiet_machine_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    left = looks(monkeypatch, 0.05, 9.0)
    found = machine.load()
    assert (found.cores, found.busy) == (0.05, False)
    assert next(left) == 9.0


def test_what_ends_meanwhile_is_nobodys_load(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, 1.5, 0.9, 0.1, 0.3)
    assert machine.load().cores == 0.1


def test_a_busy_machine_is_busy_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looks(monkeypatch, 1.5, 0.9, 1.1, 1.3)
    found = machine.load()
    assert (found.cores, found.busy) == (0.9, True)


def test_so_much_may_be() -> None:
    assert not Load(BUSY_CORES, 5.0).busy
    assert Load(BUSY_CORES + 0.01, 0.0).busy


def test_a_core_that_works_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LOOKED_SECONDS", 0.5)
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            pass

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert machine._cores_in_use() > 0.3
    finally:
        ended.set()
        worker.join()


def test_the_commit_is_named_and_what_is_changed_is_said() -> None:
    said = machine.commit()
    if said["commit"] is None:
        assert said["changed"] is None
    else:
        assert len(said["commit"]) == 12
        assert said["changed"] in (True, False)
