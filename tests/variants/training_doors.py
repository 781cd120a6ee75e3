"""The doors through which a table is learned from: the same table must give the same model."""

from __future__ import annotations

import contextlib
import io
import traceback
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from automl_magic import flow
from automl_magic.data import load
from automl_magic.data.sources.frame import frame_text
from automl_magic.records import Plan
from automl_magic.wizard.table import load_table
from tests.variants.answers import Answer, Refused
from tests.variants.doors import ALL, FILES, Door, shell_with
from tests.variants.models import CANDIDATES, Trained, fit
from tests.variants.variant import Variant
from tests.variants.writers import frame, write

# A folder of files is only predicted.
PLANNED = tuple(name for name in FILES if name != "parquet-folder")
# Each changes what can be learned: a column more or less, another class of column, other codes.
SAME_TABLE = {"extra": "none", "absent": "none"}
OTHER_TABLES = {"booleans": ("ja/nein",), "types": ("floats",)}


def teaches_the_same(variant: Variant) -> bool:
    """Return whether a model of this variant should be the model of the training table."""
    return all(getattr(variant, axis) == value for axis, value in SAME_TABLE.items()) and not any(
        getattr(variant, axis) in values for axis, values in OTHER_TABLES.items()
    )


@dataclass(frozen=True)
class PlanDoor(Door):
    """`flow.plan` with a path or a DataFrame, and a model fitted as it says."""

    name: str = "flow.plan"
    formats: tuple[str, ...] = (*PLANNED, "frame")

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        data = (
            frame(variant, trained.columns)
            if variant.format == "frame"
            else write(variant, trained.columns, folder)
        )
        planned = flow.plan(
            data, trained.target, folder=folder / "plan", candidates=CANDIDATES
        ).plan
        return _answer(trained, planned, _load(planned))


@dataclass(frozen=True)
class PlanMagic(Door):
    """`%automl plan` with the name of a DataFrame."""

    name: str = "%automl plan"
    formats: tuple[str, ...] = ("frame",)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        shell = shell_with(lesson=frame(variant, trained.columns))
        options = f"--candidates {','.join(CANDIDATES)}"
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            output = shell.run_line_magic(
                "automl",
                f"plan lesson --target {trained.target} {options} -o {folder / 'plan'}",
            )
        planned = output.value.plan
        return _answer(trained, planned, _load(planned))


@dataclass(frozen=True)
class WizardTable(Door):
    """The wizard's table step, and the plan that it shows."""

    name: str = "wizard"
    formats: tuple[str, ...] = (*PLANNED, "frame")

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        names, source = {}, frame_text("lesson")
        if variant.format == "frame":
            names = {"lesson": frame(variant, trained.columns)}
        else:
            source = write(variant, trained.columns, folder).name
        chosen = load_table(source, folder, names)
        planned = flow.preview(
            chosen.frame,
            trained.target,
            name=chosen.dataset.name,
            source=chosen.code_name,
            candidates=CANDIDATES,
        )
        return _answer(trained, planned, chosen.frame)


@dataclass(frozen=True)
class Notebook(Door):
    """The standalone notebook with `data_path` set to another file of the same format."""

    name: str = "standalone notebook"
    formats: tuple[str, ...] = ()

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        path = write(variant, trained.columns, folder)
        return Answer(ALL, run_notebook(trained, path))


def run_notebook(trained: Trained, path: Path) -> np.ndarray:
    """Run the cells of a model's notebook on a file, and return its answers for all rows."""
    names: dict[str, object] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        for cell in trained.notebook["cells"]:
            if cell["cell_type"] == "code":
                try:
                    exec(compile(cell["source"], cell["id"], "exec"), names)
                except ValueError as error:
                    # Its function that checks a column has no other way to refuse a table.
                    if traceback.extract_tb(error.__traceback__)[-1].filename != "check":
                        raise
                    raise Refused(str(error)) from error
                if "parameters" in cell["metadata"].get("tags", ()):
                    names["data_path"] = str(path)
    table: pd.DataFrame = names["table"]
    fitted = names["predict_values" if trained.task == "regression" else "predict_probabilities"]
    return np.asarray(fitted(table), dtype=float)


def _load(planned: Plan) -> pd.DataFrame:
    return load(planned.dataset.source, missing=planned.dataset.missing)


def _answer(trained: Trained, planned: Plan, table: pd.DataFrame) -> Answer:
    return Answer(ALL, fit(planned, table).blend(table))
