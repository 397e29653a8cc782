"""Every named number of the program, and which test shows what happens at it.

Most are named by the test that shows them. The others are listed here: `SHOWN` says which test shows a limit that it
does not name, `NO_LIMITS` which numbers bound nothing that a peer, a stranger or time could make grow."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Commands for an operator or a site's CI: nobody else can reach them.
NOT_THE_HUB = ("demo", "page_check", "commands")
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_WORD = re.compile(r"\b[A-Z][A-Z0-9_]*\b")

SHOWN = {
    "config.site_tables.CODE_MAX_SECONDS": "tests/test_config.py::test_a_site_that_cannot_be_is_refused",
    "config.hub_table.SECRET_MIN_CHARACTERS": "tests/test_config.py::test_a_hub_that_contradicts_itself_is_refused",
    "config.site_tables.NAME_MAX_CHARACTERS": "tests/test_config.py::test_a_site_that_cannot_be_is_refused",
    "config.site_tables.AUDIT_MAX_DAYS": "tests/test_config.py::test_how_long_trails_are_kept_is_the_sites_to_say",
    "core.audit.DETAIL_MAX_CHARACTERS": "tests/core/test_audit.py::test_the_longest_tally_fits_its_line",
    "core.patterns.PATTERN_MAX_CHARACTERS": "tests/core/test_patterns.py::test_a_pattern_that_is_not_taken_says_why",
    "core.patterns.PATTERN_MAX_INSTRUCTIONS": "tests/core/test_patterns.py::test_a_pattern_that_is_not_taken_says_why",
    "core.states.CONFIRM_TRIES": "tests/core/test_session.py::test_two_tries_at_the_digits",
    "core.styles.MAX_NESTING": "tests/core/test_styles.py::test_time_is_linear_in_the_text",
    "core.typed.MAX_BOXES": "tests/core/test_wash.py::test_only_so_many_boxes_are_remembered",
    "hub.acts.ACTIVE_SECONDS": (
        "tests/hub/test_acts.py::test_acts_and_the_customers_input_put_off_idle_at_most_once_in_ten_seconds"
    ),
    "hub.assets.TICKET_SECONDS": (
        "tests/web/test_customer_api.py::test_an_asset_needs_token_and_ticket_that_belong_together"
    ),
    "hub.roll_call.LEASE_SECONDS": "tests/hub/test_deadlines.py::test_a_seat_on_a_hub_that_died_is_offline",
    "hub.roll_call.RENEW_SECONDS": "tests/hub/test_deadlines.py::test_a_hub_whose_sweep_takes_long_keeps_its_lease",
    "hub.deadlines.REREAD_SECONDS": "tests/hub/test_deadlines.py::test_what_the_bus_lost_is_read_again",
    "hub.deadlines.SWEEP_SECONDS": "tests/hub/test_deadlines.py::test_any_hub_ends_what_is_due",
    "hub.desk.CODE_TRIES": "tests/hub/test_desk.py::test_a_code_that_is_taken_is_made_anew",
    "hub.fetching.CONNECT_SECONDS": "tests/hub/test_fetching.py::test_a_server_that_drips_is_given_up",
    "hub.fetching.READ_SECONDS": "tests/hub/test_fetching.py::test_a_server_that_drips_is_given_up",
    "hub.local.CHECKUPS_PER_SECOND": (
        "tests/hub/test_checkups.py::test_what_comes_too_fast_is_heard_and_goes_no_further"
    ),
    "hub.hub.DRAIN_JITTER_MS": "tests/hub/test_seats.py::test_a_draining_hub_sends_everybody_away_in_good_order",
    "hub.pictures.SPARE_SECONDS": (
        "tests/hub/test_pictures.py::test_who_takes_a_seat_right_after_a_picture_was_asked_for_need_not_wait"
    ),
    "hub.peer.PROBE_PATIENCE_SECONDS": "tests/hub/test_deadlines.py::test_a_page_that_hangs_is_probed_and_then_closed",
    "hub.pictures.RESYNC_SECONDS": (
        "tests/hub/test_pictures.py::test_a_gap_in_the_newest_epoch_is_asked_for_when_the_two_seconds_are_over"
    ),
    "hub.reading.ASKING_WEIGHT_BYTES": "tests/hub/test_relay.py::test_a_flood_of_small_steps_is_paced_too",
    "hub.reading.MESSAGE_WEIGHT_BYTES": (
        "tests/attack/test_p10_bounds.py::test_tiny_messages_weigh_more_than_their_bytes"
    ),
    "hub.reading.STEP_WEIGHT_BYTES": "tests/hub/test_relay.py::test_steps_are_few_a_second_whatever_they_are",
    "hub.relay.CREDIT_BACK_BYTES": "tests/hub/test_relay.py::test_credit_comes_back_in_lumps_once_frames_have_left",
    "hub.relay.CREDIT_BACK_FRAMES": "tests/hub/test_relay.py::test_credit_comes_back_in_lumps_once_frames_have_left",
    "hub.shelf.HUB_MAX_BYTES": "tests/hub/test_shelf.py::test_and_over_the_whole_hub",
    "hub.shelf.SESSION_MAX_BYTES": (
        "tests/hub/test_shelf.py::test_what_was_not_used_for_longest_goes_first_within_a_session"
    ),
    "hub.steps.STEP_TRIES": "tests/hub/test_deadlines.py::test_a_tick_that_lost_comes_again",
    "hub.trail.APPEND_TRIES": "tests/hub/test_trail.py::test_what_was_not_written_waits_and_keeps_its_order",
    "store.base.ASSET_SECONDS": "tests/store/sqlite/test_sessions.py::test_too_many_assets_push_out_the_oldest",
    "store.redis.breaker.LOOK_FIRST_SECONDS": (
        "tests/store/redis/test_away.py::test_a_redis_that_was_killed_is_found_again_and_nothing_is_stuck"
    ),
    "store.redis.breaker.LOOK_LONGEST_SECONDS": (
        "tests/store/redis/test_away.py::test_a_redis_that_was_killed_is_found_again_and_nothing_is_stuck"
    ),
    "store.redis.commands.READ_ONLY_SECONDS": "tests/store/redis/test_away.py::test_a_replica_is_no_store",
    "store.redis.commands.TRY_AGAIN_SECONDS": (
        "tests/store/redis/test_cluster.py::test_a_slot_of_which_half_the_keys_have_moved_is_waited_for"
    ),
    "store.redis.inbox.RECONNECT_FIRST_SECONDS": (
        "tests/store/redis/test_bus.py::test_a_redis_that_restarts_is_waited_for"
    ),
    "store.redis.node.CONNECT_SECONDS": (
        "tests/store/redis/test_sessions.py::test_a_redis_that_is_not_there_is_a_store_error_without_the_password"
    ),
    "web.agent_api.TICKET_SECONDS": "tests/web/test_sockets.py::test_a_ticket_lives_half_a_minute",
    "web.connections.CONNECTIONS_PER_ADDRESS": "tests/web/test_connections.py::test_one_address_leaves_room_for_others",
    "web.connections.SOCKET_MAX_BYTES": (
        "tests/hub/test_wire.py::test_a_frame_has_a_longest_length_on_the_wire_text_or_packed"
    ),
    "web.counts.COUNTS": "tests/web/test_counts.py::test_a_full_store_lets_nobody_new_in",
    "web.dismissal.STEP_TRIES": "tests/web/test_dismissal.py::test_a_session_that_changes_all_the_time",
    "web.customer_api.ASSET_ADDRESS_MAX_CHARACTERS": (
        "tests/web/test_asset_addresses.py::test_what_cannot_be_read_is_not_waited_for"
    ),
    "web.limits.WINDOW_MINUTES": "tests/web/test_limits.py::test_five_failures_of_one_address_are_enough",
    "web.sign_in.AGENT_NAME_MAX_CHARACTERS": "tests/web/test_sign_in.py::test_names_and_passwords_have_a_form",
    "web.sign_in.PASSWORD_MIN_CHARACTERS": "tests/web/test_sign_in.py::test_names_and_passwords_have_a_form",
    "web.slots.ANSWERS": "tests/web/test_slots.py::test_a_session_has_so_many_turns_and_others_have_theirs",
    "web.turnstile.SOCKETS": "tests/web/test_turnstile.py::test_the_hub_may_have_so_many_in_all",
    "web.turnstile.WAITING_SOCKETS": "tests/web/test_turnstile.py::test_the_hub_may_have_so_many_that_wait",
}

# Fields of the whitelist's limits, shown by the test of the vectors that both sides read.
FIELDS_SHOWN = {
    name: "tests/core/test_tables.py::test_tables_that_are_too_large"
    for name in ("frame_styles", "frame_tags", "frame_names")
}
FIELDS_SHOWN |= dict.fromkeys(
    ("frame_documents", "frame_depth"), "tests/attack/test_p07_hostile_frames.py::test_hostile_pictures"
)

NO_LIMITS = {
    "an exit code, a port, a length of what we make ourselves": (
        "cli.DEMO_PORT",
        "cli.DEMO_SHOP_PORT",
        "cli.EXIT_CONFIG",
        "cli.EXIT_FAILED",
        "cli.EXIT_INTERRUPTED",
        "cli.SECRET_BYTES",
        "store.redis.sessions.MARK_CHARACTERS",
        "web.app.SESSION_ID_BYTES",
        "web.direct.MASK_BYTES",
        "web.direct.TWO_BYTES",
        "web.sign_in.ID_BYTES",
        "hub.desk.DIGITS_BELOW",
    ),
    "where a form begins: what the wash and the redaction look for": (
        "core.addresses.SECRET_CHANGES_SHARE",
        "core.addresses.SECRET_DIGITS",
        "core.addresses.SECRET_MIN_LENGTH",
        "core.addresses.SECRET_RUN",
        "core.forms.BEGUN_LOOK",
        "core.forms.BOX_LOOK",
        "core.forms.CARD_MAX_DIGITS",
        "core.forms.CARD_MIN_DIGITS",
        "core.forms.CHECK_NUMBER_DIGITS",
        "core.forms.UNFINISHED_MIN_DIGITS",
        "core.typed.BOX_MAX_DIGITS",
        "core.typed.SHOWN_DIGITS",
        "core.typed.STEP_MAX_DIGITS",
    ),
    "how long the other side is told to wait or to keep something": (
        "hub.desk.OPEN_SESSIONS_RETRY_SECONDS",
        "web.gates.CORS_SECONDS",
        "web.headers.HSTS_SECONDS",
        "web.problems.STORE_RETRY_SECONDS",
        "web.sign_in.HASHING_RETRY_SECONDS",
        "web.static.SNIPPET_SECONDS",
        "web.turnstile.RETRY_SECONDS",
    ),
    "how work is cut or spread; all of it is done": (
        "core.protocol.limits.EPOCHS_PER_GENERATION",
        "core.protocol.limits.PACK_FROM_BYTES",
        "core.wash.SHORT_CHARACTERS",
        "hub.deadlines.DUE_AT_ONCE",
        "hub.fetching.KEPT_OPEN",
        "hub.fetching.KEPT_OPEN_SECONDS",
        "hub.fetching.RESOLVERS",
        "hub.ledger.CLOSED_AT_ONCE",
        "store.redis.expiry.LONGEST_KEPT_SECONDS",
        "store.redis.address.REDIS_PORT",
        "store.redis.address.SENTINEL_PORT",
        "store.redis.cluster.ASKED_AT_ONCE",
        "store.redis.cluster.MAP_SECONDS",
        "web.limits.LOCKS",
        "hub.deadlines.CHECKED_AT_ONCE",
        "hub.pulse.BEAT_SECONDS",
        "hub.rereading.READ_AT_ONCE",
        "hub.restoring.VERSION_GAP",
        "web.handover.HANDED_AT_ONCE",
        "web.workers.BEAT_SECONDS",
        "web.workers.END_SECONDS",
        "web.workers.FAILED",
        "web.server.BACKLOG",
        "web.server.PING_SECONDS",
        "web.sign_in.HASHING_THREADS",
        "web.static.GZIP_FROM_BYTES",
    ),
}


def numbers() -> Iterator[str]:
    """Every constant of the hub that is a number or made of numbers, as `module.NAME`."""
    package = ROOT / "cobrowse"
    for path in sorted(package.rglob("*.py")):
        module = path.relative_to(package).with_suffix("").parts
        if module[0] in NOT_THE_HUB:
            continue
        for name in _constants(ast.parse(path.read_text(encoding="utf-8"))):
            yield ".".join((*module, name))


def _constants(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and _NAME.fullmatch(target.id) and _is_number(node.value):
            yield target.id


def _is_number(value: ast.expr) -> bool:
    """True for arithmetic of numbers and of other constants, with a number in it."""
    parts = list(ast.walk(value))
    allowed = (ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Name, ast.Load, ast.Constant)
    found = [part.value for part in parts if isinstance(part, ast.Constant)]
    is_numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in found)
    return bool(found) and is_numbers and all(isinstance(part, allowed) for part in parts)


@cache
def named_in_tests() -> frozenset[str]:
    """Every constant's name that a test mentions."""
    words: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if path != Path(__file__):
            words.update(_WORD.findall(path.read_text(encoding="utf-8")))
    return frozenset(words)


def is_test(node: str) -> bool:
    """True where there is such a test."""
    file, _, name = node.partition("::")
    path = ROOT / file
    return path.is_file() and re.search(rf"^(async )?def {name}\(", path.read_text(encoding="utf-8"), re.M) is not None
