"""What a finding says, under which id, and the file of those that are accepted."""

from pathlib import Path

import pytest

from cobrowse.core.errors import ConfigError
from cobrowse.page_check import accepted
from cobrowse.page_check.finding import Finding, finding, page_key, sample

EMAIL = finding("shop", "/help", "email", "footer > p", "", "info@shop.example")
PHONE = finding("shop", "/help", "phone", "footer > p", "", "+44 20 7946 0958")
ORDER = finding("shop", "/account", "number", "td.order", "", "EX-2041-8837")


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/", "/"),
        ("/account", "/account"),
        ("/orders/4711", "/orders/#"),
        ("/orders/EX-4711/items", "/orders/#/items"),
        ("/o/…/x", "/o/#/x"),
    ],
)
def test_a_pages_key_holds_no_number(path: str, key: str) -> None:
    assert page_key(path) == key


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("4111 1111 1111 1111", "41** **** **** ****"),
        ("Ada", "***"),
        ("X77", "***"),
        ("Lady Ada", "L*** ***"),
        ("ada@mail.example", "ad*@****.*******"),
        ("  a\n b ", "* *"),
        ("x" * 60, "xx" + "*" * 22 + "…"),
        ("", ""),
    ],
)
def test_a_sample_gives_the_shape_alone(value: str, shown: str) -> None:
    assert sample(value) == shown


def test_an_id_is_of_the_place_and_not_of_the_content() -> None:
    other = finding("shop", "/help", "email", "footer > p", "", "ada@mail.example")
    assert other.id == EMAIL.id
    ids = {
        finding(site, page, kind, where, attribute, "x").id
        for site in ("shop", "bank")
        for page in ("/", "/help")
        for kind in ("email", "phone")
        for where in ("p", "b")
        for attribute in ("", "alt")
    }
    assert len(ids) == 32


def test_what_to_do_depends_on_where_it_is() -> None:
    def mend(kind: str, where: str) -> str:
        return finding("shop", "/", kind, where, "", "x").mend  # type: ignore[arg-type]  # a kind of the list

    assert mend("email", "p > b") == 'put data-cobrowse="mask" on it, or mask = ["p > b"] in the settings'
    assert 'mask = ["div"]' in mend("email", 'my-card > p[x="y"] >>> div')
    assert "deny_paths" in mend("number", "address")
    assert "title element" in mend("number", "title")
    assert "out of show" in mend("field", "input.shown")
    washed = [finding("shop", "/", kind, "p", "", "x").washed for kind in ("card", "iban", "pattern", "email")]
    assert washed == [True, True, True, False]


# --- the file


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "accepted"
    accepted.write(path, [EMAIL, PHONE], {"/help"})
    assert path.read_text().startswith("# ")
    assert [(entry.id, entry.page) for entry in accepted.read(path)] == [(EMAIL.id, "/help"), (PHONE.id, "/help")]
    assert "info@shop.example" not in path.read_text()


def test_writing_again_keeps_comments_and_other_pages_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "accepted"
    path.write_text(f"# Our hotline.\n{PHONE.id} /help # why not\n\n{ORDER.id} /account number td\n{EMAIL.id} /help\n")
    accepted.write(path, [PHONE], {"/help"})
    assert path.read_text() == f"# Our hotline.\n{PHONE.id} /help # why not\n\n{ORDER.id} /account number td\n"


def test_gone_are_those_of_pages_that_were_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "accepted"
    accepted.write(path, [EMAIL, PHONE, ORDER], set())
    entries = accepted.read(path)

    def gone(findings: list[Finding], pages: set[str]) -> list[str]:
        return [entry.id for entry in accepted.gone(entries, findings, pages)]

    assert gone([EMAIL], {"/help"}) == [PHONE.id]
    assert gone([EMAIL, PHONE], {"/help", "/account"}) == [ORDER.id]
    assert gone([], set()) == []


@pytest.mark.parametrize("line", ["nonsense", f"{EMAIL.id}", "ZZZZZZZZZZZZ /help"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "accepted"
    path.write_text(f"# fine\n{line}\n")
    with pytest.raises(ConfigError, match=line.split()[0]):
        accepted.read(path)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        accepted.read(tmp_path / "missing")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        accepted.read(tmp_path / "bytes")
