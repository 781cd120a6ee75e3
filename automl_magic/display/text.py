"""Text from untrusted data, made safe to print on one line of a terminal."""

from __future__ import annotations

from automl_magic.errors import DO, WHY, AutomlMagicError

LINES = ("what", "why", "fix")


def printable(text: object, limit: int | None = None) -> str:
    r"""Return text on one line with nonprintable characters escaped, cut to `limit` characters.

    Control characters can move the cursor or set the window's title, bidirectional ones can change
    the visible order, and lone surrogates can't be encoded. They become `\x1b`, `\u202e`, `\ud800`.
    """
    line = str(text)
    if limit is not None and len(line) > limit:
        line = line[: limit - 1] + "…"
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)


def format_name(value: object, limit: int = 40) -> str:
    """Return a name or value from data, made printable, or `(empty)` if it's blank."""
    name = printable(value, limit)
    return name if name.strip() else "(empty)"


def axis_label(text: str) -> str:
    """Return printable text with `$` escaped, which would start a formula in matplotlib."""
    return text.replace("$", r"\$")


def encodable(text: str) -> str:
    """Return text that UTF-8 can encode: lone surrogates are escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


def error_lines(error: AutomlMagicError) -> tuple[str, str, str]:
    """Return the three lines of an error: what happened, `Why: …`, `Do: …`."""
    return printable(error.what), f"{WHY} {printable(error.why)}", f"{DO} {printable(error.fix)}"


def error_document(error: AutomlMagicError) -> dict[str, dict[str, str]]:
    """Return an error as the JSON that `--json` prints."""
    return {"error": {part: encodable(getattr(error, part)) for part in LINES}}


def quote_name(name: str) -> str:
    """Return a name for an error: quoted, escaped, and cut to 60 characters."""
    text = repr(name)
    return text if len(text) <= 60 else text[:59] + "…"
