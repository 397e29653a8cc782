from cobrowse.hub.rate import Bucket
from tests.hub.clock import HandClock


async def test_a_bucket_may_be_overdrawn_and_says_how_long_to_wait() -> None:
    clock = HandClock()
    bucket = Bucket(clock, per_second=2.0, burst=10.0)
    assert bucket.draw(10) == 0
    assert bucket.draw(6) == 3.0
    await clock.advance(3)
    assert bucket.draw(0) == 0
    assert bucket.draw(1) == 0.5


async def test_a_bucket_gives_or_gives_not() -> None:
    clock = HandClock()
    bucket = Bucket(clock, per_second=1.0, burst=2.0)
    assert [bucket.try_draw(1) for _ in range(3)] == [True, True, False]
    await clock.advance(1)
    assert bucket.try_draw(1) is True
    await clock.advance(100)
    assert [bucket.try_draw(1) for _ in range(3)] == [True, True, False]
