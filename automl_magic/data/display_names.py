"""Names and values from data, made fit to be shown: short, printable, and no markup."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def shown(value: object, limit: int = 40) -> str:
    """Return a name or value as one printable line of at most `limit` characters.

    Control characters, marks that turn the writing direction and halves of characters become
    U+FFFD; an empty name is shown as (empty).
    """
    text = str(value)[: limit * 4]
    text = "".join("\ufffd" if unicodedata.category(c) in _HIDDEN else c for c in text)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text if text.strip() else "(empty)"


def on_axis(value: object, limit: int = 24) -> str:
    """Return a name or value as matplotlib may draw it: `$` would start a formula."""
    return shown(value, limit).replace("$", r"\$")
