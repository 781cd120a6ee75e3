"""Personal values are logged as keyed hashes, which only show whether values are equal.

With the key you can look up a person, to delete their data. The key is `keys/log.key` in the home
of a workspace.
"""

from __future__ import annotations

from automl_magic.personal.disclosure import NamedColumn, Purpose, disclose
from automl_magic.personal.keys import HashKey, log_key_path
from automl_magic.recipe.values import category_text

__all__ = ["LogKey", "log_key_path"]


class LogKey(HashKey):
    """The key of the hashes in the prediction log."""

    def token(self, column: str, value: object) -> str | None:
        """Return the keyed hash of a value, or None for None.

        It's the hash of the value's text from `recipe.values.category_text`: 1, 1.0 and "1" are
        the same person.
        """
        text = category_text(value)
        if text is None:
            return None
        # A column that the deployment hashes is treated as personal, whatever its values look like.
        hashed: str = disclose(NamedColumn(column, "hashed"), text, Purpose.LOG, key=self)
        return hashed
