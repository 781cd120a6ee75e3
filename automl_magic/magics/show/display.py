"""Shown: an answer in a notebook, with a plain-text twin for logs and screen readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.cli.door import Answer
from automl_magic.workspace import Workspace


@dataclass
class Shown:
    """An answer as a notebook displays it. `value` is what `flow` returned.

    `x = %automl fit …` gives this object. The magic has displayed it, so in the cell of that number
    (`shown_in`) it keeps quiet; in a later cell it shows itself again.
    """

    value: Any
    text: str
    html: str | None
    shown_in: int | None = None

    @classmethod
    def of(cls, answer: Answer, workspace: Workspace) -> Shown:
        from automl_magic.magics.show.cards import html_of

        return cls(answer.value, answer.text, html_of(answer, workspace))

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text} | ({"text/html": self.html} if self.html else {})

    def _ipython_display_(self) -> None:
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        if shell is None or shell.execution_count != self.shown_in:
            display(self._repr_mimebundle_(), raw=True)
