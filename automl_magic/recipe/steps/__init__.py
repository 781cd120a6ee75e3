"""steps: the closed list of feature steps, one file each, with four faces.

    fit, transform      learn from a table; a table becomes a float64 matrix
    transform_row       a dictionary becomes a list of floats, the same numbers
    code                `templates/notebooks/shared/model/steps/<kind>.py`, the same in pandas

The code face of every kind is one function without slots, `<kind>_features`, with one signature:

    <kind>_features(train, frame, columns, target=None, **params) -> array (len(frame), k)

It learns from the DataFrame `train` and gives the features of the DataFrame `frame`. `target` is
the encoded target of the rows of `train` (class codes or float64), for the steps that read it.
`frame is train` asks for the features of the training rows, which are computed out of fold where a
feature is made of targets. The keywords are the step's parameters: `code_params` gives them all.
The readers of values that the functions call, `as_numbers`, `as_text` and `as_dates`, stand in
`templates/notebooks/shared/model/values.py`, which also imports NumPy, pandas and `re` for all;
`pieces_of` names the other pieces that a function needs.

`select` alone works on the matrix of a view and not on columns; see `steps.select`.
"""

from automl_magic.recipe.steps.base import FittedStep, step_class
from automl_magic.recipe.steps.code import code_params, divides_again, pieces_of

__all__ = ["FittedStep", "code_params", "divides_again", "pieces_of", "step_class"]
