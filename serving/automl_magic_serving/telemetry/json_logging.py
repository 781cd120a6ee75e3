"""Structured log lines on standard error: one JSON object per line, fields of at most 1 kB."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from automl_magic.records.codec import json_text

_MAX_LENGTH = 1_000
_ROOT = "automl_magic_serving"
# The attributes of every LogRecord; all others come from `extra`.
_STANDARD_ATTRIBUTES = frozenset(
    {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON: time, level, event, logger and extra fields."""

    def __init__(self, **fields: object) -> None:
        super().__init__()
        self._fields = fields

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
            **self._fields,
            **{
                name: value
                for name, value in vars(record).items()
                if name not in _STANDARD_ATTRIBUTES
            },
        }
        if record.exc_info and record.exc_info[0] is not None:
            # Only the location: an exception's message may contain a caller's data.
            line["exception"] = record.exc_info[0].__name__
            line["notes"] = getattr(record.exc_info[1], "__notes__", [])
            frames = traceback.extract_tb(record.exc_info[2])[::-1]
            line["traceback"] = " < ".join(map(_format_frame, frames))
        return json_text({name: _truncate(value) for name, value in line.items()}, default=str)


def log_to_stderr(level: int = logging.INFO, **fields: object) -> None:
    """Log to standard error as JSON lines, with these fields in every line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(**fields))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_ROOT).setLevel(level)


def _format_frame(frame: traceback.FrameSummary) -> str:
    # The last two parts identify the file; the rest depends on the installation.
    return f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"


def _truncate(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json_text(value, default=str, ensure_ascii=False)
    if len(text) <= _MAX_LENGTH:
        return value
    return text[: _MAX_LENGTH - 1] + "…"
