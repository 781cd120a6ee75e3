import pytest

from automl_magic.display.text import error_document, error_lines, printable
from automl_magic.errors import AutomlMagicError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("age", "age"),
        ("größe 年", "größe 年"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("abc\u202edef", r"abc\u202edef"),
        ("half \ud800", r"half \ud800"),
        ("nul\x00", r"nul\x00"),
    ],
)
def test_text_that_could_move_the_cursor_is_escaped(text, shown):
    assert printable(text) == shown


def test_long_text_is_cut():
    assert printable("x" * 10_000, 20) == "x" * 19 + "…"


def test_an_error_always_has_three_lines():
    error = AutomlMagicError("No\ncolumn 'x\x1b[2J'.", why="a\rb", fix="Use --target y")

    assert error_lines(error) == (
        r"No\ncolumn 'x\x1b[2J'.",
        r"Why: a\rb",
        "Do: Use --target y",
    )


def test_an_error_as_json_has_the_same_parts_and_is_utf8():
    error = AutomlMagicError("half \ud800", why="w", fix="f")

    assert error_document(error) == {"error": {"what": r"half \ud800", "why": "w", "fix": "f"}}
