"""The scope ladder and what a site allows."""

import pytest

from cobrowse.core import policy
from cobrowse.core.policy import CONTROL_ACTS, FIELD_ACTS, GUIDE_ACTS, LADDER, Limits, Site, acts_of, at_least
from cobrowse.core.protocol import Scope
from cobrowse.core.whitelist import ACTS


def site(**settings: object) -> Site:
    return Site(
        id="shop",
        name="Example Shop",
        origins=("https://www.shop.example",),
        start_url="https://www.shop.example/",
        **settings,  # type: ignore[arg-type]  # each test names settings of its own
    )


def test_the_ladder() -> None:
    assert [[at_least(scope, wanted) for wanted in LADDER] for scope in LADDER] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True, True, True, True],
    ]


def test_every_act_needs_a_scope() -> None:
    needed = {act: policy.needed_scope(act) for act in ACTS}
    assert {act for act, scope in needed.items() if scope == "guide"} == set(GUIDE_ACTS)
    assert set(needed.values()) == {"guide", "control"}


def test_an_unlisted_act_has_no_scope() -> None:
    with pytest.raises(KeyError):
        policy.needed_scope("download")


@pytest.mark.parametrize(
    ("scope", "acts"),
    [
        ("follow", ()),
        ("view", ()),
        ("guide", GUIDE_ACTS),
        ("control", GUIDE_ACTS + CONTROL_ACTS),
    ],
)
def test_acts_by_scope(scope: Scope, acts: tuple[str, ...]) -> None:
    assert acts_of(site(max_scope=scope)) == list(acts)


def test_field_acts_are_allowed_by_name_and_with_control_alone() -> None:
    assert acts_of(site(field_acts=("check", "type"))) == [*GUIDE_ACTS, *CONTROL_ACTS, "type", "check"]
    assert acts_of(site(field_acts=FIELD_ACTS, max_scope="guide")) == list(GUIDE_ACTS)


def test_typed_navigation_may_be_off() -> None:
    assert "navigate" in acts_of(site(typed_navigation="ask"))
    assert "navigate" in acts_of(site(typed_navigation="allow"))
    assert "navigate" not in acts_of(site(typed_navigation="never"))
    assert acts_of(site(typed_navigation="never", max_scope="guide")) == list(GUIDE_ACTS)


def test_denied_paths() -> None:
    assert site(deny_paths=("/a",)).denied == ("/a", *policy.DENIED_BY_DEFAULT)
    assert site(deny_paths=("/a",), allow_default_denied_paths=True).denied == ("/a",)


def test_what_the_snippet_is_told() -> None:
    told = policy.customer_policy(
        site(
            deny_paths=("/a",), mask=(".m",), show=("#s",), mode="private", query_params=("q",), show_canvas=(".chart",)
        )
    )
    assert told.origins == ["https://www.shop.example"]
    assert told.deny_paths == ["/a", *policy.DENIED_BY_DEFAULT]
    assert told.show_canvas == [".chart"]
    assert (told.mask, told.show, told.hide, told.no_control, told.query_params) == ([".m"], ["#s"], [], [], ["q"])
    assert told.private
    assert told.max_scope == "control"
    assert told.acts == acts_of(site())
    assert not policy.customer_policy(site()).private


def test_limits_are_those_of_the_design() -> None:
    limits = Limits()
    assert limits.code_seconds == 300
    assert limits.control_agent_away_seconds == 10
