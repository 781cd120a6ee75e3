"""DisplayedResult: a result in a notebook, also as plain text for logs and screen readers."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.cli.frontend import CommandResult
from automl_magic.workspace import Workspace


@dataclass
class DisplayedResult:
    """A result as a notebook displays it. `value` is the object that `flow` returned.

    `x = %automl fit …` returns this object. The magic has already displayed it in the cell number
    `displayed_in`, so it isn't displayed twice there. In later cells, it can be displayed again.
    """

    value: object
    text: str
    html: str | None
    displayed_in: int | None = None

    @classmethod
    def of(cls, result: CommandResult, workspace: Workspace) -> DisplayedResult:
        from automl_magic.magics.show.cards import html_of

        return cls(result.value, result.text, html_of(result, workspace))

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.text} | ({"text/html": self.html} if self.html else {})

    def _ipython_display_(self) -> None:
        from IPython import get_ipython
        from IPython.display import display

        shell = get_ipython()
        if shell is None or shell.execution_count != self.displayed_in:
            display(self._repr_mimebundle_(), raw=True)
