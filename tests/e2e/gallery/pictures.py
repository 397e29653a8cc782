"""How much two pictures differ, as a person would see it.

The measure is that of pixelmatch (github.com/mapbox/pixelmatch), written anew for Pillow. Two pixels differ where their
distance in YIQ, weighted for the eye (Kotsarenko and Ramos, "Measuring perceived color difference using YIQ NTSC
transmission color space", 2010), is over a tenth of the largest there is. A pixel that is only antialiased otherwise
(Vysniauskas, "Anti-aliased pixel and intensity slope detector", 2009) does not count: the same letter drawn at another
fraction of a pixel looks the same to a person.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageChops, ImageDraw

# Of the largest distance there is, as in pixelmatch.
THRESHOLD = 0.1
LARGEST = 35_215.0
# Where so many pixels are not the same, it is not for their slopes, and looking at each takes long.
HOPELESS = 60_000
# How many neighbours of one colour make a pixel part of a surface.
MANY = 3

Box = tuple[float, float, float, float]
Colour = tuple[int, int, int]


class Difference(NamedTuple):
    """`percent` of all pixels differ; `picture` shows them red on the faded first one."""

    percent: float
    picture: Image.Image


def opened(png: bytes) -> Image.Image:
    """A screenshot as it came from a browser."""
    return Image.open(BytesIO(png)).convert("RGB")


def painted(image: Image.Image, boxes: Iterable[Box]) -> Image.Image:
    """A copy with these boxes (left, top, right, bottom; pixels) painted over."""
    copy = image.copy()
    draw = ImageDraw.Draw(copy)
    for left, top, right, bottom in boxes:
        if right > left and bottom > top:
            draw.rectangle((left, top, right - 1, bottom - 1), fill="#b000b0")
    return copy


def difference(one: Image.Image, other: Image.Image) -> Difference:
    """How `other` differs from `one`; of sizes that differ, everything does."""
    faded = Image.blend(one, Image.new("RGB", one.size, "white"), 0.8)
    if one.size != other.size:
        return Difference(100.0, faded)
    pixels, others, drawn = Pixels(one), Pixels(other), faded.load()
    assert drawn is not None
    found = 0
    unequal = list(_unequal(one, other))
    for x, y in unequal:
        if distance(pixels.at(x, y), others.at(x, y)) <= LARGEST * THRESHOLD * THRESHOLD:
            continue
        slope = len(unequal) < HOPELESS and (antialiased(pixels, others, x, y) or antialiased(others, pixels, x, y))
        drawn[x, y] = (255, 210, 0) if slope else (255, 0, 0)
        found += not slope
    return Difference(100.0 * found / (one.width * one.height), faded)


def _unequal(one: Image.Image, other: Image.Image) -> Iterator[tuple[int, int]]:
    """Where anything differs at all; most pictures are equal nearly everywhere, so this is quick."""
    unequal = ImageChops.difference(one, other)
    highest = ImageChops.lighter(ImageChops.lighter(*unequal.split()[:2]), unequal.split()[2])
    for at, value in enumerate(highest.tobytes()):
        if value:
            yield at % one.width, at // one.width


class Pixels:
    """A picture by its pixels."""

    def __init__(self, image: Image.Image) -> None:
        self.width, self.height = image.size
        self._bytes = image.tobytes()

    def at(self, x: int, y: int) -> Colour:
        """Red, green and blue, 0 to 255."""
        start = 3 * (y * self.width + x)
        red, green, blue = self._bytes[start : start + 3]
        return red, green, blue

    def around(self, x: int, y: int) -> Iterator[tuple[int, int]]:
        """The neighbours that there are, eight but at the edges."""
        for column in range(max(x - 1, 0), min(x + 2, self.width)):
            for row in range(max(y - 1, 0), min(y + 2, self.height)):
                if (column, row) != (x, y):
                    yield column, row

    def at_edge(self, x: int, y: int) -> bool:
        """Whether it has less than eight neighbours."""
        return x in (0, self.width - 1) or y in (0, self.height - 1)


def brightness(colour: Colour) -> float:
    """Y of YIQ."""
    red, green, blue = colour
    return red * 0.29889531 + green * 0.58662247 + blue * 0.11448223


def distance(one: Colour, other: Colour) -> float:
    """The square of the distance in YIQ, weighted for the eye: 0 to `LARGEST`."""
    return _length(one[0] - other[0], one[1] - other[1], one[2] - other[2])


@cache
def _length(red: int, green: int, blue: int) -> float:
    y = red * 0.29889531 + green * 0.58662247 + blue * 0.11448223
    i = red * 0.59597799 - green * 0.27417610 - blue * 0.32180189
    q = red * 0.21147017 - green * 0.52261711 + blue * 0.31114694
    return 0.5053 * y * y + 0.299 * i * i + 0.1957 * q * q


def antialiased(pixels: Pixels, others: Pixels, x: int, y: int) -> bool:
    """Whether the pixel lies on a slope between two surfaces that both pictures have."""
    own = brightness(pixels.at(x, y))
    steps = [(brightness(pixels.at(*there)) - own, there) for there in pixels.around(x, y)]
    level = sum(1 for step, _ in steps if step == 0) + pixels.at_edge(x, y)
    darkest, brightest = min(steps), max(steps)
    if level >= MANY or darkest[0] >= 0 or brightest[0] <= 0:
        return False
    return any(_is_surface(pixels, *there) and _is_surface(others, *there) for there in (darkest[1], brightest[1]))


def _is_surface(pixels: Pixels, x: int, y: int) -> bool:
    own = pixels.at(x, y)
    alike = sum(1 for there in pixels.around(x, y) if pixels.at(*there) == own)
    return alike + pixels.at_edge(x, y) >= MANY
