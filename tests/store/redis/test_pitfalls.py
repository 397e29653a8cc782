"""What redis-py 8.1 and Redis do that one would not expect, each with the tests that show that we bear it."""

import re
from pathlib import Path

import pytest

from cobrowse.core.errors import StoreError
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.bus import RedisBus
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import Keys
from tests.redis_servers.cluster import BUS_OFFSET, RedisCluster
from tests.store.inbox import Inbox

HERE = Path(__file__).parent
EPHEMERAL_FROM = 32_768

SHOWN = {
    "a command is sent again after a dropped connection, although it was executed": (
        "test_sessions.py::test_a_lost_reply_cannot_burn_the_code",
        "test_sessions.py::test_a_lost_reply_writes_nothing_twice",
        "test_sessions.py::test_create_bears_a_lost_reply_at_each_step",
        "test_sessions.py::test_every_other_write_bears_a_lost_reply",
        "test_sessions.py::test_a_trail_bears_every_reply_lost",
        "test_bus.py::test_a_message_whose_reply_is_lost_is_not_sent_again",
    ),
    "socket_timeout is 5 s unless told otherwise, also for what waits on purpose": (
        "test_away.py::test_every_connection_is_kept_alive_and_tried_before_use",
        "test_bus.py::test_a_quiet_line_that_lives_is_left_alone",
    ),
    "a pool that is empty raises at once": (
        "test_sessions.py::test_more_callers_than_connections_wait_their_turn",
        "test_cluster.py::test_redis_py_pitfall_more_callers_than_connections_wait_their_turn",
        "test_away.py::test_a_redis_that_is_too_slow_for_all_is_said_to_be",
    ),
    "sharded pub/sub polls the nodes in turn": (
        "test_cluster.py::test_redis_py_pitfall_each_inbox_has_a_line_of_its_own_to_its_shard",
    ),
    "a cluster's map must be there before anyone subscribes": (
        "test_pitfalls.py::test_nobody_subscribes_before_the_map_is_there",
    ),
    "ASKING goes over one connection and the command over another": (
        "test_cluster.py::test_redis_py_pitfall_asking_goes_over_the_line_of_its_command",
    ),
    "during a failover of Sentinel commands fail at once for some seconds": (
        "test_sentinel.py::test_a_master_that_is_killed_is_followed_and_those_who_cannot_wait_are_told",
        "test_sentinel.py::test_a_failover_that_was_asked_for_loses_nothing_and_the_listener_follows",
        "test_away.py::test_a_failover_is_waited_for_longer_than_a_restart",
    ),
    "during a failover of a cluster some writes err, and subscriptions come back": (
        "test_cluster.py::test_a_failover_that_was_asked_for_loses_nothing",
        "test_cluster.py::test_a_master_that_is_away_costs_the_others_nothing_until_its_replica_takes_over",
        "test_cluster.py::test_a_listener_follows_its_slot",
    ),
    "health_check_interval is 0 unless told otherwise": (
        "test_away.py::test_every_connection_is_kept_alive_and_tried_before_use",
    ),
    "scripts across slots are refused in the client, but only by that of a cluster": (
        "test_cluster.py::test_redis_py_pitfall_scripts_across_slots_are_refused_in_the_client",
        "test_sessions.py::test_all_keys_of_one_script_share_a_slot",
    ),
    "SET with GET is taken for SET": ("test_layout.py::test_a_redis_laid_out_otherwise_is_refused",),
    "a cancellation that falls together with its own time limit is lost": (
        "../../test_ending.py::test_redis_py_pitfall_a_cancellation_that_is_taken_for_a_timeout_is_said_again",
    ),
    "a node of a cluster also listens at its port and 10,000 more": (
        "test_pitfalls.py::test_the_bus_of_a_test_cluster_is_below_the_ephemeral_ports",
    ),
}


@pytest.mark.parametrize("test", sorted({test for tests in SHOWN.values() for test in tests}))
def test_what_shows_a_pitfall_is_a_test(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"^(async )?def {name}\(", (HERE / file).read_text("utf-8"), re.MULTILINE)


@pytest.mark.redis
async def test_nobody_subscribes_before_the_map_is_there(cluster: RedisCluster) -> None:
    commands = Commands(RedisAddress(cluster.url))
    bus, inbox = RedisBus(commands, Keys("cobrowse")), Inbox()
    try:
        with pytest.raises(StoreError, match="no node of the cluster serves this slot"):
            async with bus.listen("h1", inbox.receive):
                pass
        await commands.open()
        async with bus.listen("h1", inbox.receive):
            await bus.send("h1", b"x")
            assert await inbox.first(1) == [b"x"]
    finally:
        await bus.close()
        await commands.close()


@pytest.mark.redis
def test_the_bus_of_a_test_cluster_is_below_the_ephemeral_ports(cluster: RedisCluster) -> None:
    """Or somebody else's connection is given the port, now and then."""
    assert max(node.port for node in cluster.nodes) + BUS_OFFSET < EPHEMERAL_FROM
