"""steps: the built-in feature steps, one file each, in four equivalent forms.

    fit, transform      fit on a table; turn a table into a float64 matrix
    transform_row       turn a dictionary into a list of floats, the same numbers
    code                `templates/notebooks/shared/model/steps/<kind>.py`, the same in pandas

The code form of each kind is one function without slots, `<kind>_features`, with this signature:

    <kind>_features(train, frame, columns, target=None, **params) -> array (len(frame), k)

It is fitted on the DataFrame `train` and returns the features of the DataFrame `frame`. `target` is
the encoded target of the rows of `train` (class codes or float64), for the steps that use it. If
`frame is train`, features made from the target are computed out of fold. The keywords are the
step's parameters, from `code_params`. The conversion functions `as_numbers`, `as_text` and
`as_dates` are in `templates/notebooks/shared/model/values.py`, which also imports NumPy, pandas and
`re`. `code_pieces` names the other pieces that a function needs.

Only `select` works on the matrix of a view instead of columns; see `steps.select`.
"""

from automl_magic.recipe.steps.base import FittedStep, step_class
from automl_magic.recipe.steps.code import code_params, code_pieces, needs_inner_folds

__all__ = ["FittedStep", "code_params", "code_pieces", "needs_inner_folds", "step_class"]
