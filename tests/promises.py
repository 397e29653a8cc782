"""After a run: a line for each promise of docs/promises.md that the run tried, as `P1 holds (7 tests)`.

The tests of promise 1 are those in `tests/attack/test_p01_*.py`, and so on. With `--promises` the run fails where a
promise was broken, or where one has no test that passed.
"""

import re
from collections import defaultdict

import pytest

PROMISES = 12
_TEST = re.compile(r"tests/attack/test_p(\d\d)_\w+\.py::")


class Promises:
    """Counts the outcomes of the tests of each promise. One for a run; with workers it is the run's, not a worker's."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._passed: dict[int, set[str]] = defaultdict(set)
        self._failed: dict[int, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = _TEST.search(report.nodeid)
        if not found:
            return
        number = int(found[1])
        if report.failed:
            self._failed[number].add(report.nodeid)
        elif report.passed and report.when == "call":
            self._passed[number].add(report.nodeid)

    @property
    def broken(self) -> bool:
        return any(self._failed.values()) or not all(self._passed[number] for number in range(1, PROMISES + 1))

    def lines(self) -> list[str]:
        """A line for each promise that was tried, or for all twelve where they are wanted."""
        tried = {number for number in {*self._passed, *self._failed} if self._passed[number] or self._failed[number]}
        return [self._line(number) for number in (range(1, PROMISES + 1) if self._wanted else sorted(tried))]

    def _line(self, number: int) -> str:
        passed, failed = self._passed[number], self._failed[number]
        if failed:
            return f"P{number} BROKEN ({len(failed)} of {len(passed | failed)} tests failed)"
        if not passed:
            return f"P{number} UNTRIED (no test passed)"
        return f"P{number} holds ({len(passed)} test{'s' if len(passed) > 1 else ''})"

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._wanted and self.broken and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if lines := self.lines():
            terminalreporter.section("promises")
            for line in lines:
                terminalreporter.write_line(line)


def add_option(parser: pytest.Parser) -> None:
    parser.addoption("--promises", action="store_true", help="fail unless each promise has tests, and all of them pass")


def configure(config: pytest.Config) -> None:
    # A worker of pytest-xdist hands its reports to the run it works for, which counts them.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Promises(config.getoption("--promises")), "cobrowse-promises")
