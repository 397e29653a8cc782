"""Addresses in WHATWG form: parse, judge by a site's policy, compare with path rules, redact.

`client_js/src/shared/addresses.ts` is the twin; both read tests/vectors/addresses.json.

Form. An address is http or https without credentials. Refused are: control characters anywhere; a backslash before
the first `?` or `#`; and in the parsed path `//`, an encoded separator (`%2f`, `%5c`) or an encoded control (`%00` to
`%1f`, `%7f`). Servers disagree on what these mean, so no rule could be trusted on them.

Rules. A rule is a path; `*` matches any run of characters, `/` included. Rule and path are compared after dropping
path parameters (`;` to the end of its segment), decoding %XX once as UTF-8 (what is not UTF-8 becomes U+FFFD) and
lower case. A rule that ends in `/*` also matches without it, and a `/` at the end of the path makes no difference.

Redaction. What leaves is the origin, the path and, for the listed names alone, query values; no fragment. A path
segment or a query value is replaced by `…` when, decoded, one of these holds (letters and digits are ASCII here):

1. it has 12 or more digits;
2. it has n >= 16 letters and digits, and 4 * changes >= n, where `changes` counts the neighbouring pairs of which one
   is a letter and the other a digit, or a lower-case letter followed by an upper-case one;
3. it has a run of 32 or more letters and digits;
4. it is `…` already (so redacting twice changes nothing).

What is then longer than 2,048 UTF-16 units becomes the origin and `/…`.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Literal
from urllib.parse import unquote

from ada_url import URL
from msgspec import Struct

from cobrowse.core.errors import BadAddress
from cobrowse.core.policy import Site

ADDRESS_MAX_UNITS = 2048
SECRET_DIGITS = 12
SECRET_MIN_LENGTH = 16
SECRET_CHANGES_SHARE = 4
SECRET_RUN = 32
REDACTED = "…"

Verdict = Literal["ok", "other_origin", "other_path"]

_PROTOCOLS = frozenset({"http:", "https:"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_PATH = re.compile(r"//|%2f|%5c|%[01][0-9a-f]|%7f", re.IGNORECASE)
_PARAMETERS = re.compile(r";[^/]*")
_CHANGE = re.compile(r"(?=[A-Za-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z])")
_ALNUM = re.compile(r"[A-Za-z0-9]")
_DIGIT = re.compile(r"[0-9]")
_RUN = re.compile(f"[A-Za-z0-9]{{{SECRET_RUN}}}")
_PLAIN = re.compile(f"[!-~{REDACTED}]*")
_LOOPBACK = re.compile(r"localhost|.+\.localhost|127(?:\.[0-9]+){3}|\[::1\]")


class Address(Struct, frozen=True):
    """A parsed address. `path` is percent-encoded and begins with `/`; `query` is empty or begins with `?`."""

    href: str
    origin: str
    path: str
    query: str


def parse(text: str, base: str | None = None) -> Address:
    """The address in WHATWG form, relative to `base` where given. Raises `BadAddress`."""
    url = _url(text, base)
    if _badly_written(text, url):
        raise BadAddress("This address is written in a way that servers read differently.")
    return Address(href=url.href, origin=url.origin, path=url.pathname, query=url.search)


def of_asset(text: str, origins: Collection[str], base: str | None = None) -> str | None:
    """The address of an asset in WHATWG form without its fragment, where it is on one of `origins`; None otherwise.

    No rule is compared with its path, so how that is written is the server's business."""
    try:
        url = _url(text, base)
    except BadAddress:
        return None
    if url.origin not in origins or _CONTROL.search(text) is not None:
        return None
    return url.href.split("#")[0]


def is_on_loopback(origin: str) -> bool:
    """True where the origin's host is written as this machine's own (`localhost`, 127.0.0.0/8, `[::1]`)."""
    return _LOOPBACK.fullmatch(_url(origin, None).hostname) is not None


def check_origin(text: str) -> str:
    """The origin in WHATWG form (`https://shop.example`). Raises `BadAddress` for anything but an origin."""
    address = parse(text)
    if address.href != address.origin + "/" or "*" in address.origin:
        raise BadAddress("An origin has a scheme, a host and perhaps a port, and nothing else.")
    return address.origin


def is_secure(origin: str) -> bool:
    """True for https, and for http on loopback (`localhost`, `*.localhost`, 127.0.0.0/8, `[::1]`)."""
    url = _url(origin, None)
    return url.protocol == "https:" or _LOOPBACK.fullmatch(url.hostname) is not None


def judge(site: Site, address: str) -> Verdict:
    """Whether a page at this address may share. An address that is badly written is `other_path`."""
    try:
        url = _url(address, None)
    except BadAddress:
        return "other_origin"
    if url.origin not in site.origins:
        return "other_origin"
    if _badly_written(address, url) or matches(site.denied, url.pathname):
        return "other_path"
    return "ok"


def matches(rules: Iterable[str], path: str) -> bool:
    """True where one of the rules covers the (percent-encoded) path."""
    compared = _comparable(path)
    return any(_covers(_comparable(rule), compared) for rule in rules)


def redact(address: str, query_params: Sequence[str]) -> str:
    """What may leave of an address, see above. Raises `BadAddress`."""
    parsed = parse(address)
    path = "/".join(_redacted(segment, segment) for segment in parsed.path.split("/"))
    pairs = [_redacted_pair(pair, query_params) for pair in parsed.query[1:].split("&")]
    kept = "&".join(pair for pair in pairs if pair)
    result = parsed.origin + path + ("?" + kept if kept else "")
    return result if _units(result) <= ADDRESS_MAX_UNITS else f"{parsed.origin}/{REDACTED}"


def is_redacted(address: str, query_params: Sequence[str]) -> bool:
    """True where redacting takes nothing away, and the address reads in one way only. Raises `BadAddress`.

    Browsers differ in which characters of a path they encode (`|` in Chromium), so what is compared is decoded. What
    is shown to the agent is not: so it begins with its origin as it is, and holds no character that turns a line
    around or takes no room."""
    if _PLAIN.fullmatch(address) is None or not address.startswith(parse(address).origin + "/"):
        return False
    return unquote(redact(address, query_params), errors="replace") == unquote(address, errors="replace")


def _url(text: str, base: str | None) -> URL:
    try:
        url = URL(text, base) if base is not None else URL(text)
    except (ValueError, UnicodeEncodeError) as error:
        raise BadAddress("This is not an address.") from error
    if url.protocol not in _PROTOCOLS or url.username or url.password:
        raise BadAddress("An address here is http or https, without a name and password.")
    return url


def _badly_written(text: str, url: URL) -> bool:
    before_query = re.split(r"[?#]", text, maxsplit=1)[0]
    return _CONTROL.search(text) is not None or "\\" in before_query or _BAD_PATH.search(url.pathname) is not None


def _comparable(path: str) -> str:
    decoded = unquote(_PARAMETERS.sub("", path), errors="replace").lower()
    return decoded.rstrip("/") or "/"


def _covers(rule: str, path: str) -> bool:
    return _globs(rule, path) or (rule.endswith("/*") and _globs(rule[:-2] or "/", path))


def _globs(rule: str, path: str) -> bool:
    first, *rest = rule.split("*")
    if not rest:
        return path == rule
    if not path.startswith(first):
        return False
    position = len(first)
    for piece in rest[:-1]:
        found = path.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return len(path) - position >= len(rest[-1]) and path.endswith(rest[-1])


def _redacted(decodable: str, shown: str) -> str:
    decoded = unquote(decodable, errors="replace")
    return REDACTED if decoded == REDACTED or _is_secret(decoded) else shown


def _redacted_pair(pair: str, query_params: Sequence[str]) -> str:
    name, equals, value = pair.partition("=")
    if unquote(name.replace("+", " "), errors="replace") not in query_params:
        return ""
    return name + equals + _redacted(value.replace("+", " "), value)


def _is_secret(text: str) -> bool:
    if len(_DIGIT.findall(text)) >= SECRET_DIGITS or _RUN.search(text):
        return True
    length = len(_ALNUM.findall(text))
    return length >= SECRET_MIN_LENGTH and changes_often(text, length)


def changes_often(text: str, length: int) -> bool:
    """Whether letters, digits and cases change places all the time, as in tokens: so often in `length` characters."""
    return SECRET_CHANGES_SHARE * len(_CHANGE.findall(text)) >= length


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
