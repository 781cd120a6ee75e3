"""A table in a file that can hold several: `BOOK.xlsx#SHEET`, `ARCHIVE.zip#FILE`."""

from __future__ import annotations

import re

_PART = re.compile(r"(?s)(?P<path>.+\.(?:xlsx|xlsm|zip))(?:#(?P<part>.*))?", re.IGNORECASE)


def split_part(text: str) -> tuple[str, str | None]:
    """Return the path of a file, and the name of the part if the text has one."""
    matched = _PART.fullmatch(text)
    return (text, None) if matched is None else (matched["path"], matched["part"] or None)


def with_part(text: str, part: str | None) -> str:
    """Return the text that names a part of a file."""
    return text if part is None else f"{split_part(text)[0]}#{part}"
