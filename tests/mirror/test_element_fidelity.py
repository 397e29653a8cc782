"""Whatever pages are made of stands in the same place in the mirror, in a true pair of pages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.live_hub import LiveHub
from tests.mirror.boxes import Boxes, opened
from tests.mirror.element_cases import CASES, FILES, Case

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(browser: Browser, hub: LiveHub, capture_bundle: str) -> AsyncIterator[Boxes]:
    async with opened(browser, hub, capture_bundle) as made:
        for path, picture in FILES.items():
            made.put(path, "image/svg+xml", picture.encode())
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_elements(pair: Boxes, case: Case) -> None:
    await pair.show(case)
