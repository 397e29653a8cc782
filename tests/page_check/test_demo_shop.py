"""The demo shop shows an agent nothing that should be masked: the whole command, in a browser of its own."""

from pathlib import Path

import pytest

from cobrowse import cli
from cobrowse.demo.run import Demo, demo_settings
from cobrowse.web.server import listen
from tests.e2e.places import HOST, shop_in_thread

pytestmark = pytest.mark.browser

PATHS = ("/", "/catalogue", "/product/5", "/search?q=lamp", "/basket", "/account", "/account?saved=1", "/help")


def test_the_demo_shop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with listen(HOST, 0) as bound:
        url = f"http://{HOST}:{bound.getsockname()[1]}"
        shop = shop_in_thread("http://localhost:9", "shop", bound)
        try:
            ran = _check(url, tmp_path)
        finally:
            shop.stop()
    out = capsys.readouterr().out
    assert ran == 0, out
    assert out.count("nothing to mask") == len(PATHS)
    assert f"{url}/checkout/payment: nothing of it is shared: its path is denied" in out


def _check(url: str, folder: Path) -> int:
    # The very settings the demo runs with.
    demo = Demo("http://localhost:9", "http://127.0.0.1:9", url, "ana", "unused")
    (site,) = demo_settings(demo, folder / "none.db", []).sites
    lists = {"origins": site.origins, "deny_paths": site.deny_paths, "mask": site.mask, "show": site.show}
    lines = [f'id = "{site.id}"', f'name = "{site.name}"', f'start_url = "{site.start_url}"']
    lines += [f"{key} = {list(values)}" for key, values in lists.items()]
    config = folder / "cobrowse.toml"
    config.write_text("\n".join(["[[sites]]", *lines]) + "\n")
    with pytest.raises(SystemExit) as exited:
        cli.main(["check-page", "--config", str(config), *(url + path for path in PATHS), f"{url}/checkout/payment"])
    return int(exited.value.code or 0)
