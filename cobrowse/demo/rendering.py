"""The shop's pages: HTML files with `$names`, filled with escaped text."""

from functools import cache
from html import escape
from pathlib import Path
from string import Template

PAGES = Path(__file__).parent / "pages"


class Markup(str):
    """Text that is HTML already; everything else is escaped when it is filled in."""

    __slots__ = ()


@cache
def _template(name: str) -> Template:
    return Template((PAGES / f"{name}.html").read_text(encoding="utf-8"))


def fill(page: str, /, **values: object) -> Markup:
    """The page file `page` with its `$names` replaced. A missing or misspelled name is a KeyError."""
    safe = {key: value if isinstance(value, Markup) else escape(str(value)) for key, value in values.items()}
    return Markup(_template(page).substitute(safe))


def join(parts: list[Markup]) -> Markup:
    """Pieces of markup, one after the other."""
    return Markup("\n".join(parts))
