"""Look at pages as an agent would, and say what looks as if it should be masked."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cobrowse.core import addresses
from cobrowse.core.errors import BadFrame, BadInput
from cobrowse.core.patterns import Patterns, compiled
from cobrowse.core.policy import Site, customer_policy
from cobrowse.page_check.browser import CannotCheck, Seen, Tab
from cobrowse.page_check.finding import ADDRESS, TITLE, Finding, finding, page_key
from cobrowse.page_check.lines import Line, common, lines, spread_numbers
from cobrowse.page_check.picture import Node, Picture
from cobrowse.page_check.sensitive import Hit, Kind, hits, number_kind

# Fields whose content nobody minds: what is searched for on the site itself.
HARMLESS_FIELDS = frozenset({"search"})
EDITORS_WITHOUT = frozenset({"input", "textarea", "select"})

WITHHELD = {
    "other_path": "nothing of it is shared: its path is denied",
    "other_origin": "nothing of it is shared: its origin is not one of the site's",
}


class Checked(Struct, kw_only=True):
    """One page. `note` says why there is nothing to find, or what else a person should know; `error` why it could not
    be checked. `key` is its `page_key`."""

    url: str
    address: str = ""
    key: str = ""
    shared: bool = False
    note: str = ""
    error: str = ""
    findings: list[Finding] = []


def check(tab: Tab, site: Site, url: str) -> Checked:
    """Open the page and look at it. Never raises for what is wrong with the page."""
    try:
        tab.open(url)
        seen = tab.see(msgspec.to_builtins(customer_policy(site)))
        return _judge(tab, site, url, seen)
    except (CannotCheck, BadInput) as error:
        return Checked(url=url, error=error.sentence)


def _judge(tab: Tab, site: Site, url: str, seen: Seen) -> Checked:
    address = addresses.redact(tab.address, site.query_params)
    page = Checked(url=url, address=address, key=page_key(addresses.parse(tab.address).path))
    if seen.withheld:
        page.note = WITHHELD[seen.withheld]
    elif seen.failed:
        page.error = f"{url} cannot be checked: {_failure(seen.failed)}"
    else:
        page.shared = True
        page.note = _moved(url, tab.address)
        page.findings = find(tab, site, page.key, seen.messages)
    return page


def _failure(why: str) -> str:
    if why == "unfinished":
        return "no whole picture of it was made in time; give it more with --timeout."
    return f"the capture stopped, so nothing of it would be shared ({why})."


def _moved(url: str, address: str) -> str:
    asked, reached = addresses.parse(url), addresses.parse(address)
    return "" if asked.path == reached.path else f"it led to {reached.path}"


def find(tab: Tab, site: Site, page: str, messages: Sequence[dict[str, Any]]) -> list[Finding]:
    """Every finding of a page's picture, each place of a list once. Raises `CannotCheck`, `BadFrame`."""
    try:
        picture = Picture.of(site, messages)
    except BadFrame as error:
        raise CannotCheck(f"The hub would refuse this page's picture: {error.sentence}") from error
    patterns = compiled(site.wash)
    found = _of_lines(tab, lines(picture), patterns)
    found += [(node, kind, "", "") for node, kind in _shown_fields(picture)]
    paths = tab.paths([node.id for node, *_ in found])
    made = [
        finding(site.id, page, kind, path, attribute, value)
        for path, (_, kind, attribute, value) in zip(paths, found, strict=True)
        # What has gone from the page since.
        if path
    ]
    return _together(_of_page(picture, site, page, patterns) + made)


Found = tuple[Node, Kind, str, str]


def _of_lines(tab: Tab, read: Sequence[Line], patterns: Patterns) -> list[Found]:
    texts = [line for line in read if not line.where]
    found: list[Found] = []
    # What is known of each line before it is looked at: the numbers that stand in it, or go over it.
    known: dict[int, list[Hit]] = {}
    for spread in spread_numbers(texts):
        kind = number_kind(spread.text)
        node = common(texts[spread.first].node_at(spread.start), texts[spread.last].node_at(spread.end - 1))
        found.append((node, kind, "", spread.text))
        for number in range(spread.first, spread.last + 1):
            start = spread.start if number == spread.first else 0
            end = spread.end if number == spread.last else len(texts[number].text)
            known.setdefault(number, []).append(Hit(kind, start, end))
    hints = tab.hints([line.pieces[0][1].id for line in read])
    # Those of attributes come after those of texts.
    for number, (line, hint) in enumerate(zip(read, hints, strict=True)):
        numbers = known.get(number, [])
        found += [
            (
                common(line.node_at(hit.start), line.node_at(hit.end - 1)),
                hit.kind,
                line.where,
                line.text[hit.start : hit.end],
            )
            for hit in hits(line, hint, patterns, numbers)
            if hit not in numbers
        ]
    return found


def _shown_fields(picture: Picture) -> list[tuple[Node, Kind]]:
    found: list[tuple[Node, Kind]] = []
    for element in picture.elements():
        told = element.attributes
        if {":value", ":checked"} & told.keys() and told.get("type") not in HARMLESS_FIELDS:
            found.append((element, "field"))
        elif element.tag == "select" and any(":selected" in option.attributes for option in _options(element)):
            found.append((element, "field"))
        elif ":filled" in told and element.tag not in EDITORS_WITHOUT and element.children:
            found.append((element, "editor"))
    return found


def _options(select: Node) -> list[Node]:
    return [option for each in select.children for option in (each, *each.children)]


def _of_page(picture: Picture, site: Site, page: str, patterns: Patterns) -> list[Finding]:
    """What the title and the agent's address bar say."""
    if picture.page is None:
        return []
    parsed = addresses.parse(picture.page.address)
    pieces = [*parsed.path.split("/"), *(pair.partition("=")[2] for pair in parsed.query.split("&"))]
    said = [(TITLE, picture.page.title), *((ADDRESS, unquote(piece)) for piece in pieces)]
    return [
        finding(site.id, page, hit.kind, where, "", text[hit.start : hit.end])
        for where, text in said
        for hit in hits(Line(text=text, pieces=[], tag=""), "", patterns)
    ]


def _together(findings: Sequence[Finding]) -> list[Finding]:
    """One for each id, with how many places it stands for."""
    one: dict[str, Finding] = {}
    for each in findings:
        known = one.get(each.id)
        one[each.id] = each if known is None else replace(known, places=known.places + 1)
    return list(one.values())
