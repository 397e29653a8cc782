"""The mirror shows what the customer sees: pages made with what sites are made with, compared pixel by pixel.

Where one fails, both pictures and what differs are in test-results/gallery/.
"""

from collections.abc import Iterator

import pytest

from tests.e2e.gallery.figures import AT_MOST_PERCENT, RESULTS, moments
from tests.e2e.gallery.pages import PAGES, Shown
from tests.e2e.gallery.stage import Stage, stage


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("gallery")) as made:
        yield made


@pytest.mark.parametrize("shown", PAGES, ids=[shown.name for shown in PAGES])
def test_the_mirror_shows_what_the_customer_sees(both: Stage, shown: Shown) -> None:
    wrong = [
        f"{shown.name}, {moment.name}: {moment.percent:.2f} % of the pixels differ{moment.why}; "
        f"see {RESULTS}/{moment.file}-*.png"
        for moment in moments(both, shown)
        if moment.why or (moment.percent > AT_MOST_PERCENT) != (moment.name in shown.above)
    ]
    assert not wrong, "\n" + "\n".join(wrong)
    assert both.agent.foreign_requests() == []
    assert both.agent.errors == []
    both.customer.expect_no_error()
