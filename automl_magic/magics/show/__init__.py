"""show: results as a notebook displays them, in HTML and plain text."""

from automl_magic.magics.show.display import DisplayedResult

__all__ = ["DisplayedResult"]
