"""steps: the closed list of feature steps, one file each, with four faces.

    fit, transform      learn from a table; a table becomes a float64 matrix
    transform_row       a dictionary becomes a list of floats, the same numbers
    code                `templates/notebooks/tabular/model/steps/<kind>.py`, the same in pandas

The code face of every kind is one function without slots, `<kind>_features`, with one signature:

    <kind>_features(train, frame, columns, target=None, **params) -> array (len(frame), k)

It learns from the DataFrame `train` and gives the features of the DataFrame `frame`. `target` is
the encoded target of the rows of `train` (class codes or float64), needed by `target_mean` alone.
`frame is train` asks for the features of the training rows, which `target_mean` computes out of
fold. The keywords are the step's parameters: `code_params(spec, task, n_classes)` gives them all.
The readers of values that the functions call, `as_numbers`, `as_text` and `as_dates`, stand in
`templates/notebooks/tabular/model/values.py`, which also imports NumPy, pandas and `re` for all.
"""

from automl_magic.recipe.steps.base import FittedStep, code_params, step_class

__all__ = ["FittedStep", "code_params", "step_class"]
