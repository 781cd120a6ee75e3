"""A pseudo-locale: texts that look foreign, are 40% longer, and show where each begins and ends.

A text that a test finds outside of ⟦…⟧ wasn't translated; a ⟦…⟧ inside another, or beside a
letter, was glued from pieces.
"""

from __future__ import annotations

import gettext
import re

# Replacement fields of str.format, tags and HTML entities stay as they are.
_KEPT = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&[#\w]+;)")
_ACCENTED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "åƀçđéƒĝĥîĵķļɱñôþɋřšţûṽŵẋýžÅƁÇĐÉƑĜĤÎĴĶĻṀÑÔÞɊŘŠŢÛṼŴẊÝŽ",
)


class Pseudo(gettext.NullTranslations):
    """Translate "Choose {n} files" as "⟦Çĥôôôôšéé {n} ƒîîļééš⟧"."""

    def gettext(self, message: str) -> str:
        pieces = _KEPT.split(message)
        return "⟦" + "".join(p if i % 2 else _foreign(p) for i, p in enumerate(pieces)) + "⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def _foreign(text: str) -> str:
    return re.sub(r"[aeiouAEIOU]", lambda vowel: vowel[0] * 2, text).translate(_ACCENTED)


def is_translated(text: str) -> bool:
    """Tell whether all letters of a text lie inside exactly one ⟦…⟧ pair."""
    outside, n_pairs = re.subn(r"⟦[^⟦⟧]*⟧", "\0", text)
    return (
        n_pairs > 0 and not re.search(r"[^\W\d_]|[⟦⟧]", outside) and not re.search("\0\\S", outside)
    )
