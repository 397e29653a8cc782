"""The built client files: read once, served from memory, immutable where the name carries a hash."""

import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from cobrowse.web.problems import NotReady

FOLDER = Path(__file__).parent / "static"
MANIFEST = "manifest.json"
HASHED = re.compile(r"[\w.-]+-[0-9A-Za-z_]{8,}\.(js|css|map|svg|woff2)")
IMMUTABLE = "public, max-age=31536000, immutable"
# How long a changed loader may go unnoticed. Its parts are pinned by integrity, so old and new don't mix.
SNIPPET_SECONDS = 300
GZIP_FROM_BYTES = 256

Part = Literal["snippet", "console", "join", "mirror"]


class Entry(Struct, frozen=True):
    """A line of the manifest: the hashed file name and its Subresource Integrity."""

    file: str
    integrity: str


class _File(Struct, frozen=True):
    data: bytes
    packed: bytes | None
    media_type: str
    etag: str


class StaticFiles:
    """The files of one folder as they were at the start. Nothing else can be asked for, so no path can climb."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.manifest: dict[str, Entry] = {}
        self._files: dict[str, _File] = {}
        manifest = folder / MANIFEST
        if manifest.is_file():
            self.manifest = msgspec.json.decode(manifest.read_bytes(), type=dict[str, Entry])
            wanted = {entry.file for entry in self.manifest.values()}
            found = [path for path in folder.iterdir() if path.name in wanted or HASHED.fullmatch(path.name)]
            self._files = {path.name: _read(path) for path in found if path.is_file()}

    @property
    def missing(self) -> list[str]:
        """What the build should have made and did not; empty when all is there."""
        lost = [entry.file for entry in self.manifest.values() if entry.file not in self._files]
        return lost if self.manifest else [MANIFEST]

    def entry(self, part: Part) -> Entry:
        """The script of one of our pages; `NotReady` where the clients are not built."""
        entry = self.manifest.get(part)
        if entry is None or entry.file not in self._files:
            raise NotReady("The client files are not built; `make setup` builds them.", code="client_not_built")
        return entry

    def serve(self, request: Request, name: str) -> Response | None:
        """The file of this name, for ever cacheable; None where there is none."""
        file = self._files.get(name)
        return None if file is None else _respond(request, file, IMMUTABLE)

    def serve_snippet(self, request: Request) -> Response:
        """The loader under its evergreen address."""
        file = self._files[self.entry("snippet").file]
        return _respond(request, file, f"public, max-age={SNIPPET_SECONDS}")


def _read(path: Path) -> _File:
    data = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix in (".js", ".css"):
        media_type = "text/javascript; charset=utf-8" if path.suffix == ".js" else "text/css; charset=utf-8"
    packed = gzip.compress(data, 9, mtime=0) if len(data) >= GZIP_FROM_BYTES else None
    return _File(data, packed, media_type, f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def _respond(request: Request, file: _File, caching: str) -> Response:
    headers = {
        "Cache-Control": caching,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
        # A site loads these with `crossorigin` and an integrity, which needs both.
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    if file.packed is not None and _takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(file.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.data, headers=headers, media_type=file.media_type)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == "gzip":
            return weight.strip().removeprefix("q=") not in ("0", "0.0", "0.00", "0.000")
    return False
