"""show: values as HTML, each with its plain-text twin. Escapes everything; runs nothing.

The notebook displays of the magics and the pages of the apps are made here.
"""

from automl_magic.magics.show.board import Board
from automl_magic.magics.show.display import Shown
from automl_magic.magics.show.page import board_page, problem_page

__all__ = ["Board", "Shown", "board_page", "problem_page"]
