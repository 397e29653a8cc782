"""The lines after a run say what the tests of the promises showed, and a promise without a test breaks the run."""

import pytest

from tests.promises import PROMISES, Promises


def report(
    promise: int, name: str = "test", *, outcome: str = "passed", when: str = "call", folder: str = "tests/attack"
) -> pytest.TestReport:
    nodeid = f"{folder}/test_p{promise:02}_words.py::{name}"
    return pytest.TestReport(nodeid, (nodeid, 1, name), {}, outcome, None, when)  # type: ignore[arg-type]  # literals


def counted(*reports: pytest.TestReport, wanted: bool = True) -> Promises:
    made = Promises(wanted)
    for each in reports:
        made.pytest_runtest_logreport(each)
    return made


ALL = [report(number) for number in range(1, PROMISES + 1)]


def test_a_promise_holds_whose_tests_all_passed() -> None:
    made = counted(*ALL, report(4, "another"))
    assert made.lines()[:4] == ["P1 holds (1 test)", "P2 holds (1 test)", "P3 holds (1 test)", "P4 holds (2 tests)"]
    assert len(made.lines()) == PROMISES
    assert not made.broken


@pytest.mark.parametrize("when", ["setup", "call", "teardown"])
def test_one_failure_breaks_a_promise(when: str) -> None:
    made = counted(*ALL, report(12, "worse", outcome="failed", when=when))
    assert made.lines()[-1] == "P12 BROKEN (1 of 2 tests failed)"
    assert made.broken


def test_a_test_that_passed_and_failed_to_clear_up_is_one_test() -> None:
    made = counted(report(7), report(7, outcome="failed", when="teardown"), wanted=False)
    assert made.lines() == ["P7 BROKEN (1 of 1 tests failed)"]


def test_a_promise_that_nothing_tried_is_told() -> None:
    made = counted(*ALL[1:], report(1, outcome="skipped"))
    assert made.lines()[0] == "P1 UNTRIED (no test passed)"
    assert made.broken


def test_only_promises_that_were_tried_show_in_a_run_of_some_tests() -> None:
    assert counted(report(3), report(5, folder="tests/e2e"), wanted=False).lines() == ["P3 holds (1 test)"]


@pytest.mark.parametrize(("reports", "status"), [(ALL, pytest.ExitCode.OK), (ALL[1:], pytest.ExitCode.TESTS_FAILED)])
def test_the_run_fails_with_a_promise(reports: list[pytest.TestReport], status: pytest.ExitCode) -> None:
    class Session:
        exitstatus: int | pytest.ExitCode = pytest.ExitCode.OK

    session = Session()
    counted(*reports).pytest_sessionfinish(session)  # type: ignore[arg-type]  # has all that is asked for
    assert session.exitstatus == status
