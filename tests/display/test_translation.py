"""Texts of the wizard and the pages go through gettext."""

from __future__ import annotations

import gettext

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

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
    catalogue = Catalog()
    catalogue.add("Rows", "Zeilen")
    with (folder / "automl_magic.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(translation, "LOCALE_FOLDER", tmp_path)
    translation._catalogue.cache_clear()

    monkeypatch.setenv("LANGUAGE", "de")
    assert _("Rows") == "Zeilen"
    monkeypatch.setenv("LANGUAGE", "en")
    assert _("Rows") == "Rows"
    translation._catalogue.cache_clear()
