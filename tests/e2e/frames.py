"""What a page says over its sockets, as text."""

import zlib

from playwright.sync_api import Page, WebSocket

RAW_DEFLATE = -zlib.MAX_WBITS


def as_text(frame: str | bytes) -> str:
    """A text frame as it is, a binary one unpacked."""
    return frame if isinstance(frame, str) else zlib.decompress(frame, RAW_DEFLATE).decode()


def watch_sent(page: Page) -> list[str]:
    """A list that grows with every frame this page sends, over all its page loads."""
    sent: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: sent.append(as_text(frame)))

    page.on("websocket", listen)
    return sent
