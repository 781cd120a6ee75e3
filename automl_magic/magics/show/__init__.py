"""show: answers as a notebook displays them, each with its plain-text twin."""

from automl_magic.magics.show.display import Shown

__all__ = ["Shown"]
