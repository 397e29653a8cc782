"""Draws the demo shop's bitmap pictures: `python tests/demo/draw_pictures.py FOLDER` (needs the dev extras).

They are drawn four times as large and scaled down, so that edges are smooth. The results are committed; run this
again only to change them.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

OVERSAMPLING = 4
SIDE = 480
HERO_SIZE = (960, 560)
Colour = tuple[int, int, int]


class Canvas:
    """A picture in the making; lengths are those of the finished picture."""

    def __init__(self, size: tuple[int, int], top: Colour, bottom: Colour) -> None:
        self.size = size
        large = (size[0] * OVERSAMPLING, size[1] * OVERSAMPLING)
        self.image = Image.linear_gradient("L").resize(large)
        self.image = Image.composite(Image.new("RGB", large, bottom), Image.new("RGB", large, top), self.image)

    def _pen(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.image)

    def shadow(self, box: tuple[float, float, float, float]) -> None:
        """A soft shadow on the floor."""
        mask = Image.new("L", self.image.size, 0)
        ImageDraw.Draw(mask).ellipse(_large(box), fill=90)
        mask = mask.filter(ImageFilter.GaussianBlur(14 * OVERSAMPLING))
        self.image.paste(Image.new("RGB", self.image.size, (60, 50, 40)), mask=mask)

    def box(self, box: tuple[float, float, float, float], radius: float, fill: Colour) -> None:
        self._pen().rounded_rectangle(_large(box), radius=radius * OVERSAMPLING, fill=fill)

    def oval(self, box: tuple[float, float, float, float], fill: Colour) -> None:
        self._pen().ellipse(_large(box), fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: Colour) -> None:
        self._pen().polygon([(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points], fill=fill)

    def arc(self, box: tuple[float, float, float, float], start: float, end: float, fill: Colour, width: float) -> None:
        self._pen().arc(_large(box), start, end, fill=fill, width=int(width * OVERSAMPLING))

    def finish(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def _large(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = (edge * OVERSAMPLING for edge in box)
    return left, top, right, bottom


def armchair() -> Image.Image:
    canvas = Canvas((SIDE, SIDE), (240, 235, 226), (228, 220, 207))
    canvas.shadow((90, 380, 390, 420))
    wood, cloth, dark, light = (140, 98, 62), (66, 110, 98), (52, 90, 80), (84, 131, 117)
    for x in (132, 330):
        canvas.shape([(x, 350), (x + 20, 350), (x + 14, 408), (x + 4, 408)], wood)
    canvas.box((128, 120, 352, 330), 54, cloth)
    canvas.box((152, 146, 328, 300), 36, light)
    canvas.box((96, 222, 160, 362), 32, dark)
    canvas.box((320, 222, 384, 362), 32, dark)
    canvas.box((140, 272, 340, 330), 24, light)
    canvas.box((128, 316, 352, 366), 18, cloth)
    canvas.box((204, 196, 286, 262), 16, (226, 168, 96))
    return canvas.finish()


def teapot() -> Image.Image:
    canvas = Canvas((SIDE, SIDE), (231, 238, 240), (212, 224, 228))
    canvas.shadow((100, 362, 380, 402))
    glaze, dark, light = (92, 132, 160), (70, 106, 132), (132, 168, 192)
    canvas.arc((308, 190, 418, 330), -110, 110, dark, 20)
    canvas.shape([(150, 300), (70, 200), (58, 204), (52, 190), (92, 178), (176, 240)], dark)
    canvas.oval((116, 168, 364, 386), glaze)
    canvas.box((176, 372, 304, 390), 9, dark)
    canvas.oval((148, 200, 216, 316), light)
    canvas.oval((162, 194, 236, 330), glaze)
    canvas.oval((172, 156, 308, 196), dark)
    canvas.oval((182, 150, 298, 184), light)
    canvas.oval((224, 120, 256, 156), (196, 150, 92))
    return canvas.finish()


def radio() -> Image.Image:
    canvas = Canvas((SIDE, SIDE), (243, 234, 222), (233, 219, 200))
    canvas.shadow((70, 352, 410, 396))
    wood, dark, cream, brass = (160, 104, 66), (124, 78, 48), (244, 232, 208), (206, 164, 88)
    canvas.arc((150, 96, 330, 240), 180, 360, dark, 14)
    canvas.box((72, 164, 408, 372), 34, dark)
    canvas.box((72, 160, 408, 360), 34, wood)
    canvas.box((96, 184, 272, 338), 20, cream)
    for row in range(7):
        for column in range(8):
            x, y = 112 + column * 20, 198 + row * 20
            canvas.oval((x, y, x + 9, y + 9), (176, 156, 122))
    canvas.box((292, 190, 386, 232), 8, cream)
    canvas.box((334, 194, 338, 228), 2, (196, 70, 50))
    canvas.oval((296, 258, 344, 306), brass)
    canvas.oval((308, 270, 332, 294), (230, 198, 132))
    canvas.oval((352, 266, 384, 298), brass)
    return canvas.finish()


def backpack() -> Image.Image:
    canvas = Canvas((SIDE, SIDE), (236, 236, 240), (219, 221, 229))
    canvas.shadow((110, 386, 370, 424))
    cloth, dark, strap, brass = (74, 84, 116), (58, 66, 94), (180, 122, 76), (214, 176, 104)
    canvas.arc((196, 60, 284, 150), 180, 360, strap, 14)
    canvas.box((122, 100, 358, 404), 70, cloth)
    canvas.box((104, 260, 140, 390), 18, dark)
    canvas.box((340, 260, 376, 390), 18, dark)
    canvas.box((150, 262, 330, 386), 26, dark)
    canvas.box((150, 252, 330, 306), 22, cloth)
    canvas.box((122, 176, 358, 190), 6, dark)
    for x in (182, 276):
        canvas.box((x, 120, x + 22, 330), 8, strap)
        canvas.box((x - 3, 296, x + 25, 318), 5, brass)
    return canvas.finish()


def grinder() -> Image.Image:
    canvas = Canvas((SIDE, SIDE), (238, 239, 230), (223, 226, 212))
    canvas.shadow((130, 380, 350, 416))
    wood, dark, steel, light = (134, 88, 58), (106, 68, 44), (142, 148, 152), (192, 198, 202)
    canvas.box((234, 76, 246, 150), 6, steel)
    canvas.box((234, 84, 356, 98), 7, steel)
    canvas.oval((340, 58, 376, 100), dark)
    canvas.shape([(176, 210), (304, 210), (330, 142), (150, 142)], light)
    canvas.oval((150, 126, 330, 160), steel)
    canvas.box((140, 206, 340, 226), 6, steel)
    canvas.box((150, 222, 330, 376), 10, wood)
    canvas.box((128, 370, 352, 396), 8, dark)
    canvas.box((176, 284, 304, 350), 6, dark)
    canvas.oval((226, 304, 254, 332), (214, 176, 104))
    return canvas.finish()


def hero() -> Image.Image:
    canvas = Canvas(HERO_SIZE, (233, 226, 214), (222, 212, 196))
    canvas.box((560, 40, 860, 320), 8, (250, 246, 238))
    canvas.box((576, 56, 702, 304), 2, (190, 212, 218))
    canvas.box((718, 56, 844, 304), 2, (200, 220, 222))
    canvas.shape([(0, 440), (960, 440), (960, 560), (0, 560)], (196, 172, 140))
    canvas.shadow((60, 470, 560, 520))
    canvas.shadow((640, 470, 860, 510))
    for x in (110, 470):
        canvas.box((x, 440, x + 18, 500), 4, (120, 82, 52))
    canvas.box((90, 250, 510, 450), 60, (66, 110, 98))
    canvas.box((60, 330, 140, 470), 36, (52, 90, 80))
    canvas.box((460, 330, 540, 470), 36, (52, 90, 80))
    canvas.box((120, 380, 480, 450), 26, (84, 131, 117))
    canvas.box((150, 300, 240, 390), 18, (226, 168, 96))
    canvas.box((738, 380, 762, 500), 4, (120, 82, 52))
    canvas.box((650, 366, 850, 386), 8, (140, 98, 62))
    canvas.box((716, 300, 784, 368), 14, (206, 120, 84))
    for left, top in ((690, 200), (730, 170), (766, 206), (712, 236), (754, 240)):
        canvas.oval((left, top, left + 54, top + 84), (96, 138, 96))
    return canvas.finish()


class Target(NamedTuple):
    name: str
    picture: Image.Image


def write(folder: Path) -> list[Path]:
    """Draw every picture into `folder`; the paths written."""
    targets = [
        Target("armchair.png", armchair()),
        Target("teapot.png", teapot()),
        Target("radio.webp", radio()),
        Target("backpack.webp", backpack()),
        Target("grinder.webp", grinder()),
        Target("hero.webp", hero()),
        Target("hero.png", hero().resize((640, 373), Image.Resampling.LANCZOS)),
    ]
    written = []
    for name, picture in targets:
        path = folder / name
        if path.suffix == ".webp":
            picture.save(path, "WEBP", quality=72, method=6)
        else:
            picture.quantize(128, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
                path, "PNG", optimize=True
            )
        written.append(path)
    return written


if __name__ == "__main__":
    write(Path(sys.argv[1]))
