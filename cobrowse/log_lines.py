"""Log lines as data: what happened (`event`), to which session, and nothing of what anybody showed, typed or holds.

Our calls write their own schema: in `log.warning("refused_frame session=%s code=%s", …)` the first word is the event
and each name stands before its value. So a line is made from the format and its values, as JSON or as text, and a test
holds every call in the code to this form. What libraries write is not trusted: of such a record only the first line of
the format is shown, never a value. Of an exception its types and where it came from are shown, never its message, since
messages quote what they stumbled over.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from cobrowse.log_flood import FloodFilter

OWN = "cobrowse"
CALL = re.compile(r"(?P<event>[a-z_]+|%s)(?P<fields>(?: [a-z_]+=(?:%[a-z0-9.]+|[a-z0-9_]+))*)")
FIELD = re.compile(r" ([a-z_]+)=(%?[a-z0-9_.]+)")
# What every line may have besides the fields of its event.
RESERVED = ("time", "level", "event", "logger", "process", "worker", "message", "left_out", "exception", "trace")
LIBRARY = "library"
VALUE_MAX_CHARACTERS = 400
FRAMES = 12
PLAIN = re.compile(r"[!-~]+")


class LinesFormatter(logging.Formatter):
    """Records as lines: `form` is `json` or `text`. `fixed` are fields that each line of this process has."""

    def __init__(self, form: str, fixed: Mapping[str, Any]) -> None:
        super().__init__()
        self._as_json = form == "json"
        self._fixed = fixed

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line end."""
        fields = dict(_fields(record))
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        level = record.levelname.lower()
        if self._as_json:
            line = {"time": at, "level": level, **fields, "logger": record.name, **self._fixed}
            return json.dumps(line, ensure_ascii=True)
        event = fields.pop("event")
        words = " ".join(f"{name}={_as_text(value)}" for name, value in fields.items())
        return f"{at} {level.upper()} {event} {words}".rstrip()


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Write lines of this form to `stream` (standard error). May be called again: the last word counts.

    `level` is for our own lines. Libraries are heard from `warning` on: uvicorn tells addresses at `info`."""
    handler = _Lines(stream or sys.stderr)
    fixed: dict[str, Any] = {"process": os.getpid()}
    worker = os.environ.get("COBROWSE_WORKER", "")
    if worker.isdigit():
        fixed["worker"] = int(worker)
    handler.setFormatter(LinesFormatter(form, fixed))
    handler.addFilter(FloodFilter())
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN).setLevel(level.upper())


class _Lines(logging.StreamHandler[TextIO]):
    """Ours, to be told from handlers of others."""


def _fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    said = str(record.msg)
    call = CALL.fullmatch(said) if record.name.split(".")[0] == OWN else None
    values = record.args if isinstance(record.args, tuple) else ()
    if call is None:
        yield "event", LIBRARY
        yield "message", said.partition("\n")[0][:VALUE_MAX_CHARACTERS]
    else:
        rest = list(values)
        yield "event", str(rest.pop(0)) if call["event"] == "%s" else call["event"]
        for name, form in FIELD.findall(call["fields"]):
            yield name, _value(form, rest.pop(0)) if form.startswith("%") else form
    left_out = getattr(record, "left_out", 0)
    if left_out:
        yield "left_out", left_out
    if record.exc_info and record.exc_info[1] is not None:
        yield from _exception(record.exc_info[1])


def _value(form: str, value: Any) -> Any:
    if isinstance(value, float):
        return float(form % value)
    return value if isinstance(value, int) else str(value)[:VALUE_MAX_CHARACTERS]


def _exception(error: BaseException) -> Iterator[tuple[str, Any]]:
    """The types, cause after effect, and the way to where the first of them was raised."""
    names, cause = [], error
    while True:
        names.append(type(cause).__name__)
        following = cause.__cause__ or cause.__context__
        if following is None or len(names) == FRAMES:
            break
        cause = following
    yield "exception", " from ".join(names)
    steps, traceback = [], error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        steps.append(f"{Path(code.co_filename).name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    yield "trace", steps[-FRAMES:]


def _as_text(value: Any) -> str:
    """A value without blanks and control characters as it is, any other as JSON writes it: a line stays one line."""
    plain = str(value)
    return plain if PLAIN.fullmatch(plain) else json.dumps(value if isinstance(value, list) else plain)
