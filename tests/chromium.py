"""Which Chromium the tests drive, and how it is started.

`WHOLE` is the browser that people have: walks go through it, and whatever asks for its page cache, its history or its
pace. `ENGINE` is Debian's chromium-headless-shell: of the same source and version, with the same pages, scripts,
styles, network and processes, but no browser around them. Opening a page takes it a fifth of the processor's time, so
what only needs a page is tried in it. Where it is not installed, that is tried in the whole browser, too.
"""

import shutil

WHOLE = "/usr/bin/chromium"
ENGINE = shutil.which("chromium-headless-shell") or WHOLE
ARGUMENTS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
