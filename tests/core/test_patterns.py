"""A site's patterns: which are taken, what they see, and that none can hold the hub up."""

import time

import pytest

from cobrowse.core.errors import ConfigError
from cobrowse.core.patterns import FIND_CHARACTERS, LINE_END, MAX_PATTERNS, MIN_FINDS, Patterns, compiled


def found(pattern: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Patterns([pattern]).find(text)]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("KD-(", "missing )"),
        (r"(?<=Kunde )\d+", "no look-around"),
        (r"(\d)\1", "no back-references"),
        ("x*", "matches nothing at all"),
        ("^", "matches nothing at all"),
        (r"\d{2000}", "invalid repetition size"),
        (r"\p{L}{1,100}x", "too large"),
        ("a" * 501, "more than 500 characters"),
        (r"\C", "is a byte"),
    ],
)
def test_a_pattern_that_is_not_taken_says_why(pattern: str, why: str) -> None:
    with pytest.raises(ConfigError) as refused:
        compiled((pattern,))
    assert why in refused.value.sentence
    assert pattern[:20] in refused.value.sentence


def test_there_are_only_so_many() -> None:
    compiled(("a",) * MAX_PATTERNS)
    with pytest.raises(ConfigError, match=f"at most {MAX_PATTERNS}"):
        compiled(("a",) * (MAX_PATTERNS + 1))


def test_none_are_nothing() -> None:
    assert not compiled(())
    assert compiled(("a",)) is compiled(("a",))


@pytest.mark.parametrize(
    ("pattern", "text", "stretches"),
    [
        (r"KD-\d{3,}", "KD-12 KD-123 kd-1234", ["KD-123"]),
        (r"(?i)kd-\d{3,}", "KD-12 KD-123 kd-1234", ["KD-123", "kd-1234"]),
        (r"Nr\. \d+", "Zahl Nr.\n1, Nr.\u00a02 und Nr. 3", ["Nr.\n1", "Nr.\u00a02", "Nr. 3"]),
        (r"[^x]+", f"ä{LINE_END}xb{LINE_END}{LINE_END}", ["ä", "b"]),
        (r"^b$", f"a b{LINE_END}b{LINE_END}b a", ["b"]),
        (r"a.*b", f"a{LINE_END}b", []),
        (r"x?\b", "a x", ["x"]),
    ],
)
def test_what_is_found(pattern: str, text: str, stretches: list[str]) -> None:
    assert found(pattern, text) == stretches


def test_beyond_many_finds_whole_lines_are_masked() -> None:
    line = "a" * (FIND_CHARACTERS // MIN_FINDS // 10)
    text = LINE_END.join([line, "b", "ca", "b"])
    stretches = found("a", text)
    assert len(stretches) > MIN_FINDS
    assert stretches[-2:] == [line[len(stretches) - 2 :], "ca"]


HOSTILE = [(r"(a+a+)+b", "a"), (r"a(?:.*b)?", "a"), (r"[ab]*a[ab]{150}c", "ab"), (r"(?:a|aa)+$", "a")]


@pytest.mark.parametrize(("pattern", "unit"), HOSTILE)
def test_no_pattern_holds_the_hub_up(pattern: str, unit: str) -> None:
    """An engine that goes back would need longer than the universe is old."""
    patterns = compiled((pattern,))
    started = time.process_time()
    for _ in patterns.find((unit * 300_000)[:300_000] + "!"):
        pass
    assert time.process_time() - started < 10
