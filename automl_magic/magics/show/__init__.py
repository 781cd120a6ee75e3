"""show: results as a notebook displays them, in HTML and plain text."""

from automl_magic.magics.show.display import Shown

__all__ = ["Shown"]
