"""Static files: what is served, for how long it may be kept, and that nothing else can be asked for."""

import gzip
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from cobrowse.web.problems import NotReady
from cobrowse.web.static import IMMUTABLE, StaticFiles


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})


def served(files: StaticFiles, name: str, **headers: str) -> Response:
    response = files.serve(request(**headers), name)
    assert response is not None
    return response


def test_a_hashed_file_may_be_kept_for_ever_and_loaded_from_any_site(clients: Path) -> None:
    files = StaticFiles(clients)
    name = files.entry("console").file
    response = served(files, name)
    assert response.headers["cache-control"] == IMMUTABLE
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert bytes(response.body) == (clients / name).read_bytes()


def test_the_loader_is_kept_shortly_under_its_evergreen_address(clients: Path) -> None:
    files = StaticFiles(clients)
    response = files.serve_snippet(request())
    assert response.headers["cache-control"] == "public, max-age=300"
    assert bytes(response.body) == (clients / files.entry("snippet").file).read_bytes()


def test_a_known_file_is_not_sent_again(clients: Path) -> None:
    files = StaticFiles(clients)
    name = files.entry("mirror").file
    etag = served(files, name).headers["etag"]
    again = served(files, name, if_none_match=etag)
    assert (again.status_code, again.body) == (304, b"")
    assert served(files, name, if_none_match='"other"').status_code == 200


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "deflate, gzip"])
def test_gzip_is_sent_to_who_takes_it(clients: Path, accepted: str) -> None:
    files = StaticFiles(clients)
    response = served(files, files.entry("join").file, accept_encoding=accepted)
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(response.body)) == (clients / files.entry("join").file).read_bytes()


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip;q=0.0"])
def test_gzip_is_not_sent_to_others(clients: Path, accepted: str) -> None:
    files = StaticFiles(clients)
    assert "content-encoding" not in served(files, files.entry("join").file, accept_encoding=accepted).headers


def test_small_and_other_files(clients: Path) -> None:
    (clients / "page-0123456789ab.css").write_text("a{}")
    (clients / "icon-0123456789ab.svg").write_text("<svg/>")
    (clients / "notes.txt").write_text("x")
    files = StaticFiles(clients)
    css = served(files, "page-0123456789ab.css", accept_encoding="gzip")
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert "content-encoding" not in css.headers
    assert served(files, "icon-0123456789ab.svg").headers["content-type"] == "image/svg+xml"
    for name in ("notes.txt", "manifest.json", "../conftest.py", "..", ""):
        assert files.serve(request(), name) is None


def test_clients_that_are_not_built_are_said_so(tmp_path: Path, clients: Path) -> None:
    nothing = StaticFiles(tmp_path / "nowhere")
    assert nothing.missing == ["manifest.json"]
    with pytest.raises(NotReady) as caught:
        nothing.serve_snippet(request())
    assert caught.value.code == "client_not_built"
    lost = StaticFiles(clients).entry("console").file
    (clients / lost).unlink()
    files = StaticFiles(clients)
    assert files.missing == [lost]
    with pytest.raises(NotReady):
        files.entry("console")
