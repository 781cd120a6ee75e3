"""Text that may come from anybody's data, made safe to print on one line of a terminal."""

from __future__ import annotations

from automl_magic.errors import DO, WHY, AutomlMagicError

LINES = ("what", "why", "fix")


def safe(text: object, limit: int | None = None) -> str:
    r"""Return text on one line with everything invisible escaped, cut to `limit` characters.

    Control characters could move the cursor or set the window's title, bidirectional ones could
    show another order than the real one, and a lone surrogate cannot be encoded: all of them are
    written as `\x1b`, `\u202e`, `\ud800`.
    """
    shown = str(text)
    if limit is not None and len(shown) > limit:
        shown = shown[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)


def named(value: object, limit: int = 40) -> str:
    """Return a name or value from data for reading; one without anything to see is `(empty)`."""
    shown = safe(value, limit)
    return shown if shown.strip() else "(empty)"


def on_axis(text: str) -> str:
    """Return printable text as matplotlib may draw it: `$` would start a formula."""
    return text.replace("$", r"\$")


def encodable(text: str) -> str:
    """Return text that has a UTF-8 form: half a surrogate pair becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def error_lines(error: AutomlMagicError) -> tuple[str, str, str]:
    """Return the three lines of an error: what happened, `Why: …`, `Do: …`."""
    return safe(error.what), f"{WHY} {safe(error.why)}", f"{DO} {safe(error.fix)}"


def error_document(error: AutomlMagicError) -> dict[str, dict[str, str]]:
    """Return an error as the JSON that `--json` prints."""
    return {"error": {part: encodable(getattr(error, part)) for part in LINES}}


def quoted(name: str) -> str:
    """Return a name as an error shows it: quoted, escaped, and not longer than a line."""
    text = repr(name)
    return text if len(text) <= 60 else text[:59] + "…"
