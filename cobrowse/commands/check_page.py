"""The arguments of `cobrowse check-page`; what it does is in `cobrowse.page_check`."""

import argparse
import math
from pathlib import Path

from cobrowse.core.errors import BadInput
from cobrowse.page_check.browser import Visit
from cobrowse.page_check.command import Wanted

TIMEOUT_SECONDS = 30.0


def add_check_page(parser: argparse.ArgumentParser) -> None:
    """Its arguments."""
    parser.add_argument("urls", nargs="+", metavar="URL", help="a page of the site")
    parser.add_argument("--site", metavar="ID", help="whose policy counts; found by the pages' origins if left out")
    parser.add_argument(
        "--any-origin", action="store_true", help="check pages of other origins (a test server) as if they were listed"
    )
    parser.add_argument("--accepted", type=Path, metavar="FILE", help="findings that were looked at and may stay")
    parser.add_argument("--write-accepted", action="store_true", help="accept all findings: write them to that file")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--wait", metavar="SELECTOR", help="look once this is visible; fail if it never is")
    parser.add_argument(
        "--timeout", type=_seconds, default=TIMEOUT_SECONDS, metavar="SECONDS", help="for each page (%(default)s)"
    )
    parser.add_argument(
        "--storage-state", type=Path, metavar="FILE", help="cookies and storage of a sign-in, as Playwright saves them"
    )
    parser.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="sent to the pages' own origins alone"
    )
    parser.add_argument("--browser", metavar="PATH", help="the Chromium to use; found if left out")
    parser.add_argument("--insecure", action="store_true", help="take any certificate, as of a test server")


def wanted(options: argparse.Namespace) -> Wanted:
    """What was asked for. Raises `BadInput`."""
    visit = Visit(
        browser=options.browser,
        storage_state=options.storage_state,
        headers=dict(map(_header, options.header)),
        wait=options.wait,
        timeout_seconds=options.timeout,
        insecure=options.insecure,
    )
    return Wanted(
        urls=options.urls,
        config=options.config,
        site=options.site,
        any_origin=options.any_origin,
        accepted=options.accepted,
        write_accepted=options.write_accepted,
        json=options.json,
        visit=visit,
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise BadInput("A header is written as NAME: VALUE.")
    return name.strip(), value.strip()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError("it must be a number of seconds above 0")
    return seconds
