"""The basket, kept in a plain cookie: `3x2.5x1` is two of product 3 and one of product 5."""

import re
from typing import NamedTuple

from cobrowse.demo.products import Product, find

COOKIE = "basket"
MOST_OF_ONE = 20
MOST_LINES = 12

_LINE = re.compile(r"^([0-9]{1,3})x([0-9]{1,2})$")


class Line(NamedTuple):
    """So many of one product."""

    product: Product
    pieces: int

    @property
    def cents(self) -> int:
        """What this line costs."""
        return self.product.price_cents * self.pieces


def read(cookie: str) -> list[Line]:
    """The lines of a cookie. What makes no sense is left out: anyone can write a cookie."""
    lines: dict[int, Line] = {}
    for part in cookie.split(".")[:MOST_LINES]:
        match = _LINE.match(part)
        product = find(int(match[1])) if match else None
        if match and product is not None and 0 < int(match[2]) <= MOST_OF_ONE:
            lines[product.number] = Line(product, int(match[2]))
    return list(lines.values())


def write(lines: list[Line]) -> str:
    """The cookie for these lines."""
    return ".".join(f"{line.product.number}x{line.pieces}" for line in lines)


def add(lines: list[Line], product: Product, count: int) -> list[Line]:
    """With `count` more of a product, up to what one may have."""
    held = sum(line.pieces for line in lines if line.product is product)
    others = [line for line in lines if line.product is not product]
    return [*others, Line(product, max(1, min(held + count, MOST_OF_ONE)))]


def remove(lines: list[Line], number: int) -> list[Line]:
    """Without the product of this number."""
    return [line for line in lines if line.product.number != number]


def total_cents(lines: list[Line]) -> int:
    """What it all costs."""
    return sum(line.cents for line in lines)


def count(lines: list[Line]) -> int:
    """How many things are in it."""
    return sum(line.pieces for line in lines)
