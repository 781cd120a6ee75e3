"""Texts of the wizard and the pages go through gettext."""

from __future__ import annotations

import gettext

import pytest

from automl_magic.display.translation import _, ngettext, set_translations


class Upper(gettext.NullTranslations):
    def gettext(self, message):
        return message.upper()

    def ngettext(self, msgid1, msgid2, n):
        return (msgid1 if n == 1 else msgid2).upper()


@pytest.fixture
def upper():
    set_translations(Upper())
    yield
    set_translations(None)


def test_without_a_catalogue_a_text_is_shown_as_it_is_written(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "xx")

    assert _("Choose a table") == "Choose a table"
    assert ngettext("{n} row", "{n} rows", 1) == "{n} row"
    assert ngettext("{n} row", "{n} rows", 0) == "{n} rows"


def test_translations_are_looked_up_when_a_text_is_shown(upper):
    assert _("Choose a table") == "CHOOSE A TABLE"
    assert ngettext("row", "rows", 2) == "ROWS"


def test_the_language_is_read_from_the_environment_each_time(monkeypatch, tmp_path):
    from automl_magic.display import translation

    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "automl_magic.mo").write_bytes(
        _catalogue({"": "Content-Type: text/plain; charset=UTF-8\n", "Rows": "Zeilen"})
    )
    monkeypatch.setattr(translation, "LOCALE_FOLDER", tmp_path)
    translation._catalogue.cache_clear()

    monkeypatch.setenv("LANGUAGE", "de")
    assert _("Rows") == "Zeilen"
    monkeypatch.setenv("LANGUAGE", "en")
    assert _("Rows") == "Rows"
    translation._catalogue.cache_clear()


def _catalogue(messages):
    """Write what `msgfmt` would: the header, two tables of lengths and offsets, the texts."""
    import struct

    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    offset = 28 + 16 * len(pairs)
    tables, texts = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), offset + len(texts)))
            texts += pair[column] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + b"".join(tables) + texts
