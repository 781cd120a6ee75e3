"""The texts of the wizard and the pages in the reader's language, by GNU gettext.

A text is a whole sentence with named placeholders, so that a translator can reorder it::

    _("Enough time for about {n} trials on {rows} rows.").format(n=12, rows="4,000")
    ngettext("{n} row", "{n} rows", n).format(n=n)

Texts are looked up when they are shown, never at import. The language is the first of ``LANGUAGE``,
``LC_ALL``, ``LC_MESSAGES`` and ``LANG`` that has a catalogue in `display/locale`; without one, the
text itself is shown. Errors, the command line and logs stay English.
"""

from __future__ import annotations

import gettext as _gettext
import os
from functools import lru_cache
from pathlib import Path

__all__ = ["_", "ngettext", "set_translations"]

DOMAIN = "automl_magic"
LOCALE_FOLDER = Path(__file__).parent / "locale"
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_override: _gettext.NullTranslations | None = None


def _(text: str) -> str:
    """Return `text` in the reader's language, its placeholders unfilled."""
    return _translations().gettext(text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Return the form for `n` things in the reader's language, its placeholders unfilled."""
    return _translations().ngettext(singular, plural, n)


def set_translations(translations: _gettext.NullTranslations | None) -> None:
    """Use these translations in this process; None returns to the reader's language."""
    global _override  # noqa: PLW0603 - one language per process, as in gettext itself
    _override = translations


def _translations() -> _gettext.NullTranslations:
    return _override or _catalogue(tuple(os.environ.get(name, "") for name in _VARIABLES))


@lru_cache(maxsize=4)
def _catalogue(_environment: tuple[str, ...]) -> _gettext.NullTranslations:
    # `_environment` is the cache's key: gettext itself reads the variables.
    return _gettext.translation(DOMAIN, LOCALE_FOLDER, fallback=True)
