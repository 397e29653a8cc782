"""The measure of the gallery: what differs counts, what is only drawn otherwise at its edges does not."""

import pytest
from PIL import Image, ImageDraw

from tests.e2e.gallery.fidelity import BEGIN, END, with_table
from tests.e2e.gallery.pictures import HOPELESS, difference, painted

SIZE = (100, 50)


def plain(colour: str = "white") -> Image.Image:
    return Image.new("RGB", SIZE, colour)


def edge(softness: int) -> Image.Image:
    """A black surface on white, with a grey column between them."""
    image = plain()
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 49, 49), fill="black")
    draw.line((50, 0, 50, 49), fill=(softness, softness, softness))
    return image


def test_equal_pictures_do_not_differ() -> None:
    assert difference(edge(90), edge(90)).percent == 0


def test_each_pixel_of_another_colour_counts() -> None:
    other = plain()
    ImageDraw.Draw(other).rectangle((10, 10, 19, 19), fill="red")
    found = difference(plain(), other)
    assert found.percent == 100 * 100 / (SIZE[0] * SIZE[1])
    assert found.picture.getpixel((15, 15)) == (255, 0, 0)


def test_a_shade_that_nobody_sees_does_not_count() -> None:
    assert difference(plain("#ffffff"), plain("#f8f8f8")).percent == 0
    assert difference(plain("#ffffff"), plain("#c8c8c8")).percent == 100


def test_an_edge_antialiased_otherwise_does_not_count() -> None:
    found = difference(edge(90), edge(190))
    assert found.percent == 0
    assert found.picture.getpixel((50, 25)) == (255, 210, 0)


def test_a_shifted_edge_counts() -> None:
    other = plain()
    ImageDraw.Draw(other).rectangle((0, 0, 52, 49), fill="black")
    assert difference(edge(255), other).percent == 3


def test_another_size_differs_wholly() -> None:
    assert difference(plain(), Image.new("RGB", (99, 50))).percent == 100


def test_so_much_that_differs_is_not_asked_for_its_slopes() -> None:
    size = (HOPELESS // 100, 101)
    found = difference(Image.new("RGB", size, "white"), Image.new("RGB", size, "black"))
    assert found.percent == 100


def test_what_is_painted_over_does_not_differ() -> None:
    other = plain()
    ImageDraw.Draw(other).rectangle((10, 10, 19, 19), fill="red")
    boxes = [(10, 10, 20, 20), (-5, 0, -5, 3)]
    assert difference(painted(plain(), boxes), painted(other, boxes)).percent == 0
    assert difference(painted(plain(), boxes[1:]), painted(other, boxes[1:])).percent > 0


def test_the_table_takes_the_place_of_the_old_one() -> None:
    assert with_table(f"before\n{BEGIN}old\n{END}after\n", "new\n") == f"before\n{BEGIN}new\n{END}after\n"
    with pytest.raises(ValueError, match="no place"):
        with_table("nothing", "new\n")
