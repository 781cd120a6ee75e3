"""booleans: the texts that mean true and false, and how the values of a yes/no column are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from automl_magic.recipe.values import category_text

TRUE_TEXTS = frozenset({"1", "1.0", "on", "positive", "t", "true", "y", "yes"})
FALSE_TEXTS = frozenset({"0", "0.0", "off", "negative", "f", "false", "n", "no"})


@dataclass(frozen=True)
class BooleanTexts:
    """The two texts of a yes/no column in the training table."""

    true: str
    false: str

    @classmethod
    def of_parse(cls, parse: Mapping[str, str]) -> Self | None:
        """Return the texts in the `parse` of a column, or None if it has none."""
        if "true" not in parse or "false" not in parse:
            return None
        return cls(parse["true"], parse["false"])

    @property
    def have_meaning(self) -> bool:
        """Whether the texts mean yes and no, so that other such texts mean the same."""
        return fold(self.true) in TRUE_TEXTS and fold(self.false) in FALSE_TEXTS

    def read(self, value: object) -> bool | None:
        """Return the meaning of a value, or None if it's neither true nor false.

        A text is compared with the training texts, exactly and then without case and blanks. If
        those mean yes and no, so do other such texts: `1`, `TRUE` and `yes` are the same.
        """
        text = category_text(value)
        if text is None:
            return None
        if text == self.true:
            return True
        if text == self.false:
            return False
        folded = fold(text)
        true, false = fold(self.true), fold(self.false)
        if true != false and folded in (true, false):
            return folded == true
        if self.have_meaning and (folded in TRUE_TEXTS or folded in FALSE_TEXTS):
            return folded in TRUE_TEXTS
        return None


def fold(text: str) -> str:
    """Return a text without case and surrounding blanks, to compare it with another."""
    return text.strip().lower()
