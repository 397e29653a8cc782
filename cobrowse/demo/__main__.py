"""`python -m cobrowse.demo`: the shop by itself, beside a hub that runs elsewhere."""

import argparse
import asyncio
import signal
from collections.abc import Sequence

from cobrowse.demo.serving import serve_shop
from cobrowse.demo.shop import build_shop
from cobrowse.web.server import listen


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the shop until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m cobrowse.demo", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="the port to listen on (%(default)s)")
    parser.add_argument("--hub", required=True, help="the hub's public_url, as https://cobrowse.example.com")
    parser.add_argument("--site", default="shop", help="the site's id in the hub's settings (%(default)s)")
    options = parser.parse_args(arguments)
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve_shop(build_shop(options.hub, options.site), listen(options.host, options.port), stop)


if __name__ == "__main__":
    main()
