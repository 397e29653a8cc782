"""The proxies of docs/operating.md: Caddy's file is read by Caddy itself, nginx's by a reader of its grammar, and both
do what the manual asks of a proxy."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cobrowse.hub.fetching import ASSET_MAX_BYTES
from cobrowse.web.server import PING_SECONDS
from tests.composition import compose

MANUAL = (Path(__file__).parent.parent / "docs/operating.md").read_text()
# What stands where, of what the example uses.
CONTEXTS = {
    "map": {"main"},
    "upstream": {"main"},
    "server": {"main", "upstream"},
    "location": {"server"},
}
DIRECTIVES = {
    "map": {"default", "''"},
    "upstream": {"least_conn", "server", "keepalive"},
    "server": {
        "listen",
        "server_name",
        "ssl_certificate",
        "ssl_certificate_key",
        "access_log",
        "client_max_body_size",
    },
    "location": {
        "return",
        "proxy_pass",
        "proxy_http_version",
        "proxy_set_header",
        "proxy_buffering",
        "proxy_request_buffering",
        "proxy_connect_timeout",
        "proxy_read_timeout",
        "proxy_send_timeout",
        "proxy_next_upstream",
    },
}
Block = tuple[list[str], list[Any]]


def shown(language: str) -> str:
    (block,) = re.findall(rf"```{language}\n(.*?)```", MANUAL, re.DOTALL)
    return str(block)


def read_nginx(text: str) -> list[Block]:
    """The blocks of a configuration as nginx reads it: words up to `;`, or up to a block in braces. A block without
    braces has no inside. `ValueError` where it is not one."""
    words = re.findall(r"'[^']*'|\"[^\"]*\"|[{};]|[^\s{};'\"]+", re.sub(r"#.*", "", text))
    blocks, rest = _blocks(words)
    if rest:
        raise ValueError("a brace too many")
    return blocks


def _blocks(words: list[str]) -> tuple[list[Block], list[str]]:
    found: list[Block] = []
    head: list[str] = []
    while words:
        word, *words = words
        if word == ";" and head:
            found.append((head, []))
            head = []
        elif word == "{" and head:
            inside, words = _blocks(words)
            if not words or words[0] != "}":
                raise ValueError("a brace is not closed")
            words = words[1:]
            found.append((head, inside))
            head = []
        elif word == "}" and not head:
            return found, [word, *words]
        elif word in ";{}":
            raise ValueError(f"{word} is not expected")
        else:
            head.append(word)
    if head:
        raise ValueError(f"{head} is not ended")
    return found, []


def check(blocks: list[Block], context: str) -> None:
    for head, inside in blocks:
        if inside:
            assert context in CONTEXTS[head[0]], head
            check(inside, head[0])
        else:
            assert head[0] in DIRECTIVES[context], head


def inside(blocks: list[Block], *head: str) -> list[Block]:
    return next(body for words, body in blocks if words == list(head))


def test_nginx_would_read_its_file() -> None:
    blocks = read_nginx(shown("nginx"))
    check(blocks, "main")
    program = shutil.which("nginx")
    if program is not None:
        assert_nginx_agrees(program, shown("nginx"))


def assert_nginx_agrees(program: str, text: str) -> None:
    """Where nginx is installed it says so itself; certificates are not part of the grammar."""
    plain = re.sub(r"^ *ssl_certificate.*\n", "", text, flags=re.MULTILINE).replace("443 ssl", "443")
    whole = f"events {{}}\nhttp {{\n{plain}\n}}\n"
    tested = subprocess.run(
        [program, "-t", "-c", "/dev/stdin", "-g", "pid /dev/null;"], input=whole, capture_output=True, text=True
    )
    assert "syntax is ok" in tested.stderr, tested.stderr


@pytest.mark.parametrize("broken", ["server {", "}", "listen 443", "a { b; }}", ";", "a {{ }"])
def test_the_reader_refuses_what_is_no_configuration(broken: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_nginx(broken)


def test_nginx_does_what_a_proxy_must() -> None:
    server = next(body for words, body in read_nginx(shown("nginx")) if words == ["server"])
    assert (["return", "404"], []) in inside(server, "location", "=", "/metrics")
    told = [words for words, _ in inside(server, "location", "/")]
    headers = {words[1]: words[2] for words in told if words[0] == "proxy_set_header"}
    # The port is part of the host that a hub knows itself by, and what a visitor claims of themselves is dropped.
    assert headers["Host"] == "$http_host"
    assert headers["X-Forwarded-For"] == "$remote_addr"
    assert headers["X-Forwarded-Proto"] == "$scheme"
    assert headers["Upgrade"] == "$http_upgrade"
    timeout = next(words[1] for words in told if words[0] == "proxy_read_timeout")
    assert int(timeout.removesuffix("s")) > 3 * PING_SECONDS
    size = next(words[1] for words, _ in server if words[0] == "client_max_body_size")
    assert int(size.removesuffix("m")) * 1024 * 1024 > ASSET_MAX_BYTES
    assert (["access_log", "off"], []) in server


def adapted(text: str, folder: Path) -> dict[str, Any]:
    """The Caddyfile as Caddy understands it."""
    program = shutil.which("caddy")
    assert program is not None, "caddy is not installed: see .ci/system.sh"
    file = folder / "Caddyfile"
    file.write_text(text)
    done = subprocess.run(
        [program, "adapt", "--config", str(file), "--adapter", "caddyfile"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def handlers(value: Any, kind: str) -> list[dict[str, Any]]:
    """Each handler of this kind, however deep."""
    found = [value] if isinstance(value, dict) and value.get("handler") == kind else []
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        found += handlers(one, kind)
    return found


def test_caddy_reads_its_file_and_does_what_a_proxy_must(tmp_path: Path) -> None:
    config = adapted(shown("caddyfile"), tmp_path)
    (to_hubs,) = handlers(config, "reverse_proxy")
    assert len(to_hubs["upstreams"]) == 2
    assert to_hubs["health_checks"]["active"]["uri"] == "/readyz"
    assert [one["status_code"] for one in handlers(config, "static_response")] == [404]
    # Compose has the very same, by other names.
    (composed, *_) = handlers(adapted(compose()["configs"]["proxy"]["content"], tmp_path), "reverse_proxy")
    for one in (to_hubs, composed):
        one.pop("upstreams")
    assert composed == to_hubs
