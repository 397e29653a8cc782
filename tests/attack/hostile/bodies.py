"""Hostile assets: bytes that a hostile page lets its tab bring to the hub. A new case is one line.

Each says as what the hub serves it (empty: refused), whatever the tab calls it.
"""

from dataclasses import dataclass

from tests.attack.hostile.pages import RAN

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
XMLNS = "http://www.w3.org/2000/svg"
RUN = f"console.log('{RAN}asset')"
HTML = f'<script>{RUN}</script><img src=x onerror="{RUN}">'


@dataclass(frozen=True)
class Body:
    """One hostile asset."""

    name: str
    data: bytes
    media_type: str


def body(name: str, data: str | bytes, media_type: str) -> Body:
    return Body(name, data.encode() if isinstance(data, str) else data, media_type)


SVG, CSS = "image/svg+xml", "text/css"

BODIES = [
    body("svg with a script", f"<svg xmlns='{XMLNS}'><script>{RUN}</script></svg>", SVG),
    body("svg with a handler", f"<svg xmlns='{XMLNS}' onload=\"{RUN}\"><rect width='9' height='9'/></svg>", SVG),
    body(
        "svg with html inside",
        f"<svg xmlns='{XMLNS}'><foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>{HTML}</body></foreignObject></svg>",
        SVG,
    ),
    body(
        "svg with a stylesheet of its own",
        f"<?xml version='1.0'?><?xml-stylesheet type='text/xsl' href='data:text/xml,'?><svg xmlns='{XMLNS}'/>",
        SVG,
    ),
    body(
        "svg with entities",
        f"<!DOCTYPE svg [<!ENTITY a '{'x' * 99}'>]><svg xmlns='{XMLNS}'><text>&a;</text></svg>",
        CSS,
    ),
    body(
        "svg that loads",
        f"<svg xmlns='{XMLNS}'><image href='http://asset.evil.test/x.png' width='9' height='9'/><style>@import 'http://asset-2.evil.test/x.css';</style></svg>",
        SVG,
    ),
    body("svg that is html by its name", f"<svg xmlns='http://www.w3.org/1999/xhtml'>{HTML}</svg>", SVG),
    body("html", f"<!doctype html><html><body>{HTML}", CSS),
    body("html without a quote", "<!doctype html><script>1</script>", CSS),
    body("html behind a comment of css", f"/*{HTML}*/p{{color:red}}", CSS),
    body("html behind gif", b"GIF89a/*" + HTML.encode() + b"*/=1", "image/gif"),
    body("html behind png", PNG + HTML.encode(), "image/png"),
    body("html behind jpeg", b"\xff\xd8\xff\xe0" + HTML.encode(), "image/jpeg"),
    body("html behind icon", b"\x00\x00\x01\x00" + HTML.encode(), "image/x-icon"),
    body("html behind webp", b"RIFF\0\0\0\0WEBP" + HTML.encode(), "image/webp"),
    body("html behind avif", b"\0\0\0\x1cftypavif" + HTML.encode(), "image/avif"),
    body("html behind woff", b"wOFF" + HTML.encode(), "font/woff"),
    body("html behind otf", b"OTTO" + HTML.encode(), "font/otf"),
    body("html in utf-16", ("\ufeff" + HTML).encode("utf-16-le"), ""),
    body("html in utf-7", "+ADw-script+AD4-1+ADw-/script+AD4-", CSS),
    body("javascript", f"{RUN}", CSS),
    body("javascript as gif", b"GIF89a=1;" + RUN.encode(), "image/gif"),
    body("javascript that loads", "fetch('http://asset.evil.test/x')", CSS),
    body("json", '{"a": "b"}', CSS),
    body("xml", f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{HTML}</html>", CSS),
    body("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", ""),
    body("swf", b"CWS\x0a\xff\xff\xff\xff", ""),
    body("zip", b"PK\x03\x04\xff\xff", ""),
    body("wasm", b"\0asm\1\0\0\0", ""),
    body("mp4", b"\0\0\0\x1cftypisom\xff", ""),
    body("nothing", b"", CSS),
    body("css that loads", "p{background:url(http://asset.evil.test/x.png)}", ""),
    body("css that imports", "@import 'http://asset.evil.test/x.css';", ""),
    body("css that imports by number", '@import url("a/2");p{background:url("a/3")}', CSS),
    body("css that imports itself", '@import url("a/1");', CSS),
    body("css with image-set", "p{background:image-set('http://asset.evil.test/x.png' 1x)}", ""),
    body("css with a byte order mark", b"\xef\xbb\xbf@import 'http://asset.evil.test/x.css';", ""),
    body("css in another charset", b'@charset "utf-16";p{}', CSS),
]
