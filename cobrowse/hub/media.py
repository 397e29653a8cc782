"""What an asset is, by its first bytes; what a peer calls it counts for nothing."""

from cobrowse.core import styles
from cobrowse.core.errors import BadFrame

SVG = "image/svg+xml"
CSS = "text/css"

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
    (b"\x00\x01\x00\x00", "font/ttf"),
    (b"OTTO", "font/otf"),
)
_AVIF_BRANDS = (b"avif", b"avis", b"mif1")
# How much of a text is searched for the root element of an SVG.
_PROLOGUE_BYTES = 8192

# Sec-Fetch-Dest of the mirror's request, and what may answer it.
_DESTINATIONS = {"image": "image/", "font": "font/", "style": CSS}


def media_type(body: bytes) -> str | None:
    """One of the types an asset may have, or None. CSS has no magic: it is text that passes the style check."""
    for magic, name in _MAGIC:
        if body.startswith(magic):
            return name
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp" and body[8:12] in _AVIF_BRANDS:
        return "image/avif"
    if _is_svg(body):
        return SVG
    return CSS if _is_css(body) else None


def fits(name: str, destination: str) -> bool:
    """True where a type may answer a request with this Sec-Fetch-Dest; an empty one asks for nothing in particular."""
    return not destination or (destination in _DESTINATIONS and name.startswith(_DESTINATIONS[destination]))


def _is_svg(body: bytes) -> bool:
    rest = body[:_PROLOGUE_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    while rest.startswith((b"<?", b"<!")):
        end = b"-->" if rest.startswith(b"<!--") else b">"
        _, found, rest = rest.partition(end)
        if not found:
            return False
        rest = rest.lstrip()
    return rest.startswith(b"<svg") and rest[4:5] in (b" ", b"\t", b"\r", b"\n", b">", b"/")


def _is_css(body: bytes) -> bool:
    if b"\0" in body:
        return False
    try:
        styles.check(body.decode(), asset=True)
    except (UnicodeDecodeError, BadFrame):
        return False
    return True
