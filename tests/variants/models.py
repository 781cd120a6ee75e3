"""Trains the model of each training table: the product's own plan, recipe, schema and folder."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from automl_magic import flow
from automl_magic.data import load, load_code
from automl_magic.flow.loading import load_model
from automl_magic.learn.input_schema import input_schema
from automl_magic.learn.recipe import columns_of
from automl_magic.recipe import FittedRecipe, MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.recipe.instance_validator import ValidatedInstance
from automl_magic.recipe.model_folder import LoadedRecipe, load_model_folder
from automl_magic.recipe.values import is_missing_value
from automl_magic.records import Plan, StepSpec
from automl_magic.records.data.missing import missing_of
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.render import render_model
from automl_magic.stream.deployment_scorer import scorer_of
from automl_magic.stream.scorer import Scorer
from automl_magic.track.model import DATA, write_mlmodel_files
from automl_magic.workspace import Workspace, default_workspace
from automl_magic_serving.runtime import ServedModel
from tests.variants import table
from tests.variants.command import automl
from tests.variants.variant import Variant
from tests.variants.writers import write

# The ways in which the training table is written, each with the task that its model has.
TRAININGS = {
    "plain": Variant(),
    "european": Variant(
        format="semicolon", numbers="1.234,5", booleans="yes/no", dates="01.05.2024 10:00"
    ),
    "typed": Variant(format="parquet", types="native"),
}
BY_COLUMN = ("number", "boolean", "date", "category", "one_hot", "target_mean")
CANDIDATES = ("lightgbm", "linear")
TASKS = {"plain": "binary", "european": "multiclass", "typed": "regression"}


@dataclass(frozen=True, eq=False)
class Trained:
    """A model, the table that it was trained on, and what it should answer for each row."""

    name: str
    task: str
    variant: Variant
    columns: dict[str, list[object]]
    source: Path
    plan: Plan
    model: FittedRecipe
    folder: Path

    @property
    def deployment(self) -> str:
        return f"{self.name}-{self.task}"

    @property
    def target(self) -> str:
        return table.TARGETS[self.task]

    @property
    def features(self) -> dict[str, list[object]]:
        return {name: rows for name, rows in self.columns.items() if name != self.target}

    @cached_property
    def expected(self) -> np.ndarray:
        """The model's values or probabilities for its training rows."""
        return self.model.blend(self.frame)

    @cache  # noqa: B019 - the models live as long as the tests
    def expected_without(self, column: str) -> np.ndarray:
        """Its values or probabilities if a column is missing in all rows."""
        return self.model.blend(self.frame.assign(**{column: None}))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The training table as the product loads it."""
        return load(str(self.source), missing=self.plan.dataset.missing)

    @cached_property
    def loaded(self) -> LoadedRecipe:
        """The model as it's loaded from its folder."""
        return load_model_folder(self.folder, "m/1", home=default_workspace().home)

    @property
    def schema(self) -> InputSchema:
        return self.loaded.schema

    @cached_property
    def scorer(self) -> Scorer:
        """The model as a stream's consumer holds it."""
        return scorer_of(self.loaded, None)

    @cached_property
    def served(self) -> ServedModel:
        """The model as a worker of the server holds it."""
        loaded = self.loaded
        return ServedModel(
            loaded.model, loaded.schema, model="m", version=1, manifest_sha256=loaded.digest
        )

    @cached_property
    def expected_served(self) -> np.ndarray:
        """What it answers to the training rows: its compiled trees round in another order."""
        return self._serve(self.frame)

    @cache  # noqa: B019
    def expected_served_without(self, column: str) -> np.ndarray:
        return self._serve(self.frame.assign(**{column: None}))

    def _serve(self, frame: pd.DataFrame) -> np.ndarray:
        names = [column.name for column in self.schema.columns]
        table = {name: frame[name].astype(object).tolist() for name in names}
        plain = [
            [None if is_missing_value(value) else value for value in row]
            for row in zip(*table.values(), strict=True)
        ]
        rows = [ValidatedInstance(tuple(names), row, {}) for row in plain]
        # One by one, as a door asks it: for many rows, it may take another backend.
        answers = [self.served.predict([row])[0] for row in rows]
        if self.model.recipe.classes:
            return np.array([answer.probabilities for answer in answers])
        return np.array([answer.prediction for answer in answers], dtype=float)

    @cached_property
    def pyfunc(self) -> object:
        """The model as MLflow loads it."""
        import mlflow.pyfunc

        logged = self.folder.parent / "mlflow"
        logged.mkdir()
        write_mlmodel_files(self.folder, logged, run_id="r", model_id="m")
        shutil.copytree(self.folder, logged / DATA)
        return mlflow.pyfunc.load_model(str(logged))

    @property
    def notebook(self):
        """The standalone notebook of the model."""
        return render_model(self.model.recipe, load_code(self.plan.dataset))


def train(name: str, task: str, folder: Path, workspace: Workspace) -> Trained:
    """Plan the training table as `automl plan` does, and fit a small ensemble of its candidates."""
    folder.mkdir(parents=True)
    columns = table.only_target(table.values(), task)
    source = write(TRAININGS[name], columns, folder, "training")
    planned = flow.plan(
        source,
        table.TARGETS[task],
        folder=folder / "plan",
        candidates=CANDIDATES,
        workspace=workspace,
    ).plan
    frame = load(str(source), missing=planned.dataset.missing)
    model = fit(planned, frame)
    schema = dataclasses.replace(input_schema(model.recipe, frame), missing=missing_of(frame))
    save_model(model, folder / "model", {SCHEMA_NAME: schema})
    return Trained(name, task, TRAININGS[name], columns, source, planned, model, folder / "model")


def train_with_command(trained: Trained, folder: Path) -> Trained:
    """Return the model that `automl fit` finds for the same table. Its folder is the run's id."""
    code, text = automl(
        "fit", str(trained.source), "--target", trained.target, "--candidates", "linear",
        "--trials", "1", "--budget", "5s", "--output", str(folder / trained.name), "--json",
    )  # fmt: skip
    assert code == 0, text
    document, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    run_id = document["run_id"]
    model = load_model(run_id, default_workspace()).model
    # Without a reader it takes the training table as it is.
    return dataclasses.replace(
        trained, model=dataclasses.replace(model, reader=None), folder=Path(run_id)
    )


def fit(planned: Plan, frame: pd.DataFrame) -> FittedRecipe:
    """Fit one model of each planned candidate, with the features in the table's first order.

    Trees of features in another order split ties in another way.
    """
    views = {name: _in_first_order(steps) for name, steps in planned.views.items()}
    members = tuple(
        MemberSpec(
            name=candidate.name,
            estimator=candidate.estimator,
            view=candidate.view,
            params=candidate.params,
            n_iterations=20 if candidate.estimator == "lightgbm" else None,
            weight=1 / len(CANDIDATES),
        )
        for candidate in planned.candidates
        if candidate.name in CANDIDATES
    )
    recipe = Recipe(
        task=planned.task,
        target=planned.experiment.target,
        target_parse=_target_parse(planned),
        metric=planned.metric,
        classes=planned.classes,
        columns=columns_of(views),
        views=views,
        members=members,
        split=planned.split,
    )
    return fit_recipe(recipe, frame)


def _target_parse(planned: Plan) -> Mapping[str, str]:
    columns = planned.dataset.columns
    if planned.classes:
        return {}
    return next(column.parse for column in columns if column.name == planned.experiment.target)


def _in_first_order(steps: Sequence[StepSpec]) -> tuple[StepSpec, ...]:
    """Return the steps of a view with one column each, as far as that is the same."""
    single = [
        dataclasses.replace(step, columns=(column,))
        for step in steps
        if step.kind in BY_COLUMN
        for column in step.columns
    ]
    others = [step for step in steps if step.kind not in BY_COLUMN]
    order = {name: position for position, name in enumerate(table.FEATURES)}
    last = len(order)
    return (
        *sorted(single, key=lambda step: (step.kind, order.get(step.columns[0], last))),
        *sorted(others, key=lambda step: step.kind),
    )
