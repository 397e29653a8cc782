"""`cobrowse check-page`: open pages as an agent would see them and list what looks as if it should be masked."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cobrowse.config import load_sites
from cobrowse.core import addresses
from cobrowse.core.errors import BadInput, ConfigError
from cobrowse.core.policy import Site
from cobrowse.page_check import accepted
from cobrowse.page_check.browser import Visit, opened
from cobrowse.page_check.checking import Checked, check
from cobrowse.page_check.finding import Finding

EXIT_CLEAN = 0
EXIT_FOUND = 1
EXIT_CANNOT = 2


class Wanted(Struct, kw_only=True):
    """What the command was asked for."""

    urls: list[str]
    config: Path | None = None
    site: str | None = None
    any_origin: bool = False
    accepted: Path | None = None
    write_accepted: bool = False
    json: bool = False
    visit: Visit


class Report(Struct, kw_only=True):
    """What was seen. `findings` are those that are not accepted; `gone` are accepted ones that no longer occur."""

    site: str
    pages: list[Checked]
    findings: list[Finding]
    accepted: list[Finding]
    gone: list[str]

    @property
    def errors(self) -> list[str]:
        """Why pages could not be checked."""
        failed = [page.error for page in self.pages if page.error]
        if not failed and all(_is_elsewhere(page) for page in self.pages):
            return ["No page was checked: none is on an origin of the site. See --site and --any-origin."]
        return failed

    @property
    def exit_code(self) -> int:
        """0 nothing to mask, 1 findings, 2 not everything could be checked."""
        if self.errors:
            return EXIT_CANNOT
        return EXIT_FOUND if self.findings else EXIT_CLEAN


def check_pages(wanted: Wanted, environ: Mapping[str, str]) -> int:
    """Run the check and print what was found; the exit code. Raises `ConfigError`, `CannotCheck`."""
    if wanted.write_accepted and wanted.accepted is None:
        raise ConfigError("--write-accepted needs --accepted with the file to write.")
    urls = [_address(url) for url in wanted.urls]
    site = chosen_site(wanted, urls, load_sites(wanted.config, environ))
    origins = {addresses.parse(url).origin for url in urls}
    if wanted.any_origin:
        site = replace(site, origins=(*site.origins, *sorted(origins - set(site.origins))))
    entries = _entries(wanted)
    with opened(replace(wanted.visit, origins=tuple(sorted(origins)))) as tab:
        pages = [check(tab, site, url) for url in urls]
    report = _report(site, pages, entries)
    if wanted.write_accepted and wanted.accepted is not None and not report.errors:
        accepted.write(wanted.accepted, [*report.findings, *report.accepted], _keys(pages))
        report = _report(site, pages, _entries(wanted))
    sys.stdout.write(as_json(report) if wanted.json else as_text(report))
    return report.exit_code


def chosen_site(wanted: Wanted, urls: Sequence[str], sites: Sequence[Site]) -> Site:
    """The site whose policy counts. Raises `ConfigError`."""
    if not sites:
        raise ConfigError("There is no site: name the settings with --config, or run this beside cobrowse.toml.")
    if wanted.site is not None:
        named = next((site for site in sites if site.id == wanted.site), None)
        if named is None:
            raise ConfigError(f"There is no site {wanted.site}; there is {', '.join(site.id for site in sites)}.")
        return named
    fitting = [site for site in sites if any(addresses.parse(url).origin in site.origins for url in urls)]
    if len(fitting) == 1 or len(sites) == 1:
        return (fitting or list(sites))[0]
    raise ConfigError("These pages are of several sites, or of none: say with --site whose policy counts.")


def _address(url: str) -> str:
    try:
        return addresses.parse(url).href
    except BadInput as error:
        raise ConfigError(f"{url}: {error.sentence}") from error


def _entries(wanted: Wanted) -> list[accepted.Entry]:
    if wanted.accepted is None or (wanted.write_accepted and not wanted.accepted.exists()):
        return []
    return accepted.read(wanted.accepted)


def _keys(pages: Sequence[Checked]) -> set[str]:
    return {page.key for page in pages if page.shared}


def _is_elsewhere(page: Checked) -> bool:
    return not page.shared and page.note.endswith("site's")


def _report(site: Site, pages: list[Checked], entries: Sequence[accepted.Entry]) -> Report:
    ids = {entry.id for entry in entries}
    # Two addresses may be of one kind of page.
    found = list({finding.id: finding for page in pages for finding in page.findings}.values())
    return Report(
        site=site.id,
        pages=pages,
        findings=[finding for finding in found if finding.id not in ids],
        accepted=[finding for finding in found if finding.id in ids],
        gone=[entry.line for entry in accepted.gone(entries, found, _keys(pages))],
    )


# --- what is printed


def as_json(report: Report) -> str:
    """The report for programs, with the exit code."""
    told: dict[str, Any] = msgspec.to_builtins(report)
    for page in told["pages"]:
        page["findings"] = [finding["id"] for finding in page["findings"]]
    told |= {"errors": report.errors, "exit_code": report.exit_code}
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode() + "\n"


def as_text(report: Report) -> str:
    """The report for people."""
    out: list[str] = []
    waiting = {finding.id: finding for finding in report.findings}
    for page in report.pages:
        shown = [waiting.pop(finding.id) for finding in page.findings if finding.id in waiting]
        out += [_page_line(page, len(shown)), *(line for finding in shown for line in _finding_lines(finding))]
    out += [f"no longer there, so it can go from the accepted findings: {line}" for line in report.gone]
    out += [f"could not check: {error}" for error in report.errors]
    return "\n".join([*out, _sum(report)]) + "\n"


def _page_line(page: Checked, count: int) -> str:
    said = (page.error and "could not be checked") or (f"{count} to mask" if count else "nothing to mask")
    if page.note:
        said = page.note if not page.shared else f"{said}; {page.note}"
    return f"{page.url}: {said}"


def _finding_lines(finding: Finding) -> list[str]:
    places = f" ({finding.places} places)" if finding.places > 1 else ""
    sample = f" “{finding.sample}”" if finding.sample else ""
    hub = ["      The hub would mask it, but it has left the tab."] if finding.washed else []
    return [
        f"  {finding.id}  {finding.kind}{sample} at {finding.where}{places}",
        f"      {finding.why[0].upper()}{finding.why[1:]}.",
        *hub,
        f"      {finding.mend[0].upper()}{finding.mend[1:]}.",
    ]


def _sum(report: Report) -> str:
    checked = sum(page.shared for page in report.pages)
    parts = [f"{len(report.findings)} to mask", f"{len(report.accepted)} accepted", f"{checked} pages looked at"]
    return ", ".join(parts) + "."
