"""The bits of a page's `traits` are the same for the hub, the clients and whoever reads the protocol."""

import re
from pathlib import Path

from cobrowse.core.protocol import TRAITS

ROOT = Path(__file__).parents[2]
QUERY = re.compile(r"[`\"](\([a-z-]+:[a-z-]+\))[`\"]")


def test_the_traits_are_those_that_the_protocol_lists_in_that_order() -> None:
    clients = QUERY.findall((ROOT / "client_js/src/shared/traits.ts").read_text())
    page = (ROOT / "docs/protocol.md").read_text()
    said = page[page.index("### The state") : page.index("**Credit.**")]
    assert QUERY.findall(said) == clients
    assert len(clients) == TRAITS
