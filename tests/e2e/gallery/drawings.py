"""The pictures of the gallery: photographs and map tiles, drawn here so that none has to be fetched or kept."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

PHOTO = (640, 420)
TILE_PIXELS = 256
LAND, WATER, ROAD, PARK, HOUSE = "#f2efe6", "#a9cfe3", "#ffffff", "#cfe3b8", "#ddd6c8"


@cache
def photo(number: int) -> bytes:
    """A landscape as JPEG, another one for each number."""
    width, height = PHOTO
    hue = number * 47 % 256
    sky = Image.linear_gradient("L").resize(PHOTO)
    image = Image.merge(
        "HSV", (Image.new("L", PHOTO, hue), Image.new("L", PHOTO, 90), sky.point(lambda v: 255 - v // 3))
    )
    drawn = image.convert("RGB")
    draw = ImageDraw.Draw(drawn)
    for ridge in range(4):
        base = height * (0.45 + 0.15 * ridge)
        points = [
            (x, base + 40 * ((x // 40 * (number + 3) * (ridge + 2)) % 7 - 3) / 3) for x in range(0, width + 40, 40)
        ]
        shade = (60 + ridge * 12, 96 - ridge * 16, 84 - ridge * 12)
        draw.polygon([(0, height), *points, (width, height)], fill=shade)
    draw.ellipse((420, 60, 500, 140), fill="#fff3c4")
    return _encoded(drawn.filter(ImageFilter.GaussianBlur(1.2)), "JPEG", quality=82)


@cache
def tile(zoom: int, x: int, y: int) -> bytes:
    """One square of a map of a town that nobody lives in, as PNG."""
    image = Image.new("RGB", (TILE_PIXELS, TILE_PIXELS), LAND)
    draw = ImageDraw.Draw(image)
    seed = x * 31 + y * 17 + zoom
    if seed % 3 == 0:
        draw.rectangle((20, 28, 150, 120), fill=PARK)
    if seed % 5 == 0:
        draw.polygon([(0, 170), (256, 120), (256, 200), (0, 240)], fill=WATER)
    for step in range(0, TILE_PIXELS, 64):
        draw.rectangle((step + 14, step % 128 + 150, step + 40, step % 128 + 180), fill=HOUSE, outline="#c9c0ae")
        draw.line((step, 0, step, TILE_PIXELS), fill=ROAD, width=7)
        draw.line((0, step, TILE_PIXELS, step), fill=ROAD, width=5 if seed % 2 else 9)
    draw.text((24, 6), f"{x} / {y}", fill="#8a8578")
    return _encoded(image, "PNG")


def _encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
