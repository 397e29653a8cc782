import pytest

from cobrowse.hub.media import fits, media_type


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\x0a....", "image/jxl"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n....", "image/jxl"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF87a..", "image/gif"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (b"\x00\x00\x01\x00\x01\x00", "image/x-icon"),
        (b"wOFF....", "font/woff"),
        (b"wOF2....", "font/woff2"),
        (b"\x00\x01\x00\x00....", "font/ttf"),
        (b"OTTO....", "font/otf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- made by > hand -->\n<!DOCTYPE svg>\n<svg>", "image/svg+xml"),
        (b"body { color: red }", "text/css"),
        (b"", "text/css"),
        (b"<html><svg>", "text/css"),
        (b"@import url(https://evil.example/x.css);", None),
        (b"a { background: url('//evil.example/x.png') }", None),
        (b"\xff\xfe\x00b\x00o", None),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None),
        (b"<!-- never ends \xff", None),
        (b"PK\x03\x04\xff\xff", None),
    ],
)
def test_the_first_bytes_decide(body: bytes, expected: str | None) -> None:
    assert media_type(body) == expected


@pytest.mark.parametrize(
    ("name", "destination", "expected"),
    [
        ("image/png", "image", True),
        ("image/svg+xml", "image", True),
        ("font/woff2", "font", True),
        ("text/css", "style", True),
        ("text/css", "", True),
        ("text/css", "image", False),
        ("image/svg+xml", "style", False),
        ("image/svg+xml", "document", False),
        ("image/png", "font", False),
    ],
)
def test_a_type_answers_only_what_asks_for_it(name: str, destination: str, expected: bool) -> None:
    assert fits(name, destination) is expected
