"""`cobrowse check-page` as a CI runs it: exit codes, reports, accepted findings, and what to do when it cannot."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from cobrowse import cli
from cobrowse.page_check import browser, command
from cobrowse.page_check.browser import Tab, Visit, opened
from tests.page_check.site import SmallSite

pytestmark = pytest.mark.browser

BAD = "<p>4111 1111 1111 1111</p><p>ada@mail.example</p>"


class Run(NamedTuple):
    """How it went."""

    code: int
    out: str
    err: str


CheckPage = Callable[..., Run]


@pytest.fixture
def check_page(capsys: pytest.CaptureFixture[str]) -> CheckPage:
    def run(*words: object) -> Run:
        with pytest.raises(SystemExit) as exited:
            cli.main(["check-page", *map(str, words)])
        said = capsys.readouterr()
        return Run(int(exited.value.code or 0), said.out, said.err)

    return run


@pytest.fixture(scope="module")
def site() -> Iterator[SmallSite]:
    with SmallSite() as made:
        yield made


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with opened(Visit(timeout_seconds=10)) as made:
        yield made


@pytest.fixture
def one_browser(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    """All runs of a test share a browser; `test_the_demo_shop` starts its own."""

    @contextmanager
    def lent(_visit: Visit) -> Iterator[Tab]:
        yield tab

    monkeypatch.setattr(command, "opened", lent)
    monkeypatch.setattr(browser, "QUIET_MS", 300)


@pytest.fixture
def config(site: SmallSite, tmp_path: Path) -> Path:
    """Two sites, without a hub: the check needs none."""
    path = tmp_path / "cobrowse.toml"
    path.write_text(
        f'[[sites]]\nid = "small"\nname = "S"\norigins = ["{site.origin}"]\nstart_url = "{site.origin}/"\n'
        'deny_paths = ["/denied/*"]\n'
        '[[sites]]\nid = "other"\nname = "O"\norigins = ["https://o.example"]\nstart_url = "https://o.example/"\n'
    )
    return path


@pytest.mark.usefixtures("one_browser")
class TestReports:
    def test_findings_are_told_and_fail(self, check_page: CheckPage, site: SmallSite, config: Path) -> None:
        urls = [site.page(BAD, "/bad"), site.page("Fine", "/fine"), site.page(BAD, "/denied/a")]
        ran = check_page("--config", config, *urls)
        assert ran.code == 1
        assert f"{urls[0]}: 2 to mask" in ran.out
        assert f"{urls[1]}: nothing to mask" in ran.out
        assert f"{urls[2]}: nothing of it is shared: its path is denied" in ran.out
        assert "The hub would mask it, but it has left the tab." in ran.out
        assert ran.out.endswith("2 to mask, 0 accepted, 2 pages looked at.\n")
        assert "1111 1111" not in ran.out

    def test_clean_pages_pass(self, check_page: CheckPage, site: SmallSite, config: Path) -> None:
        ran = check_page("--config", config, site.page("Fine"), site.page(BAD, "/denied/a"))
        assert (ran.code, ran.err) == (0, "")

    def test_json_is_for_programs(self, check_page: CheckPage, site: SmallSite, config: Path) -> None:
        ran = check_page("--config", config, "--json", site.page(BAD, "/bad"), site.origin + "/missing")
        told = json.loads(ran.out)
        assert (told["exit_code"], ran.code, told["site"]) == (2, 2, "small")
        assert [finding["kind"] for finding in told["findings"]] == ["card", "email"]
        assert told["pages"][0]["findings"] == [finding["id"] for finding in told["findings"]]
        assert "answers 404" in told["errors"][0]

    def test_what_is_accepted_passes_until_something_else_comes(
        self, check_page: CheckPage, site: SmallSite, config: Path, tmp_path: Path
    ) -> None:
        accepted = tmp_path / "accepted"
        words = ("--config", config, "--accepted", accepted)
        assert check_page(*words, "--write-accepted", site.page(BAD, "/bad")).code == 0
        ran = check_page(*words, site.page(BAD.replace("ada", "eve"), "/bad"))
        assert (ran.code, "2 accepted" in ran.out) == (0, True)
        ran = check_page(*words, site.page("<p>4111 1111 1111 1111</p><p>Fine</p><b>+44 20 7946 0958</b>", "/bad"))
        assert ran.code == 1
        assert "1 to mask, 1 accepted" in ran.out
        assert "no longer there" in ran.out
        assert "/bad email" in ran.out

    def test_gone_findings_fail_nothing(
        self, check_page: CheckPage, site: SmallSite, config: Path, tmp_path: Path
    ) -> None:
        accepted = tmp_path / "accepted"
        words = ("--config", config, "--accepted", accepted)
        check_page(*words, "--write-accepted", site.page(BAD, "/bad"))
        ran = check_page(*words, site.page("Fine", "/bad"))
        assert ran.code == 0
        assert ran.out.count("no longer there") == 2
        assert check_page(*words, site.page("Fine", "/fine")).out.count("no longer there") == 0

    def test_two_pages_of_one_kind_are_told_once(self, check_page: CheckPage, site: SmallSite, config: Path) -> None:
        ran = check_page("--config", config, site.page(BAD, "/thing/1"), site.page(BAD, "/thing/2"))
        assert "2 to mask, 0 accepted, 2 pages" in ran.out

    def test_a_test_server_can_stand_for_the_site(self, check_page: CheckPage, site: SmallSite, config: Path) -> None:
        url = site.page(BAD, "/bad")
        ran = check_page("--config", config, "--site", "other", url)
        assert ran.code == 2
        assert "none is on an origin of the site" in ran.out
        ran = check_page("--config", config, "--site", "other", "--any-origin", url)
        assert (ran.code, "2 to mask" in ran.out) == (1, True)


@pytest.mark.usefixtures("one_browser")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--site", "nobody", "{url}"], "There is no site nobody; there is small, other."),
        (["https://x.example/"], "say with --site whose policy counts"),
        (["not an address"], "This is not an address"),
        (["--write-accepted", "{url}"], "--write-accepted needs --accepted"),
        (["--accepted", "/nowhere/accepted", "{url}"], "cannot be read"),
        (["--header", "nonsense", "{url}"], "NAME: VALUE"),
        (["--timeout", "0", "{url}"], "above 0"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    check_page: CheckPage, site: SmallSite, config: Path, words: list[str], why: str
) -> None:
    ran = check_page("--config", config, *(word.format(url=site.page("x")) for word in words))
    assert ran.code == 2
    assert why in ran.err
    assert "Traceback" not in ran.err


def test_without_settings_it_says_so(
    check_page: CheckPage, site: SmallSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = check_page(site.origin)
    assert (ran.code, "There is no site" in ran.err) == (2, True)


def test_without_playwright_it_says_what_to_install(
    check_page: CheckPage, site: SmallSite, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    ran = check_page("--config", config, site.origin)
    assert ran.code == 2
    assert ran.err == "cobrowse: check-page needs Playwright: pip install 'cobrowse[check]'.\n"


def test_without_built_clients_it_says_so(
    check_page: CheckPage, site: SmallSite, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "FOLDER", tmp_path)
    ran = check_page("--config", config, site.origin)
    assert (ran.code, "not built" in ran.err) == (2, True)


def test_without_a_browser_it_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Playwright:
        class chromium:
            executable_path = "/nowhere/chrome"

    monkeypatch.setattr(browser, "NAMES", ("no-browser-of-this-name",))
    with pytest.raises(browser.CannotCheck, match="--browser"):
        browser._found(Playwright())  # type: ignore[arg-type]  # all that it asks for
    monkeypatch.setattr(Playwright.chromium, "executable_path", sys.executable)
    assert browser._found(Playwright()) == sys.executable  # type: ignore[arg-type]  # as above
