"""The standalone notebook: a recipe as plain pandas, NumPy and scikit-learn, without us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from automl_magic.recipe import MemberSpec, Recipe, code_params, member
from automl_magic.recipe.combine import Calibration, Method
from automl_magic.recipe.steps import divides_again, pieces_of
from automl_magic.recipe.steps.base import FOLDS
from automl_magic.recipe.view import divided, in_order
from automl_magic.records import Dataset, Link, Split, SplitKind, StepSpec, TaskKind
from automl_magic.render.cells import code_cell, markdown_cell, step_id
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import piece, prose
from automl_magic.render.requirements import requirements_for
from automl_magic.render.slots import fill, insert

DEFAULT_THRESHOLD = 0.5


def render_model(
    recipe: Recipe, dataset: Dataset, *, trial_link: Link | None = None
) -> NotebookNode:
    """Return the notebook that fits and measures a recipe with public packages alone.

    Parameters
    ----------
    recipe
        The ensemble, or one trial as a recipe of one member.
    dataset
        Where the table is and how it is read.
    trial_link
        Where the recipe came from; kept in the notebook's metadata.

    Raises
    ------
    RenderError
        If the recipe holds what no piece can say.
    """
    cells = list(_cells(recipe, dataset))
    sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    requirements = requirements_for(recipe, sources)
    more: dict[str, Any] = {"requirements": requirements}
    if trial_link is not None:
        more["link"] = trial_link.to_json()
    return assemble(
        [_text("title"), _code("requirements", requirements=requirements), *cells],
        kind="model",
        **more,
    )


def _cells(recipe: Recipe, dataset: Dataset) -> Iterator[NotebookNode]:
    classes = recipe.task.is_classification
    measured = recipe.split.holdout > 0
    yield from _load(dataset)
    yield _text("about-data")
    yield code_cell("values", piece("model", "values"))
    if classes:
        target = {"target": recipe.target, "classes": list(recipe.classes)}
        yield _filled("target", "target_classes", target)
    else:
        yield _filled("target", "target_number", {"target": recipe.target})
    views = {name: in_order(recipe.views[name]) for name in recipe.used_views}
    steps = [spec for specs in views.values() for spec in specs]
    # Blocks in time within the training rows are made of the order that the split finds.
    if measured or (recipe.split.kind is SplitKind.TIME and divides_again(steps)):
        yield _split(recipe)
    yield _text("about-features")
    for name in pieces_of(spec.kind for spec in steps):
        yield _folds(recipe.split) if name == FOLDS else _step(name)
    yield _code("views")
    for position, (name, specs) in enumerate(views.items(), start=1):
        yield code_cell(step_id("view", name, position), _view(recipe, name, specs))
    yield _text("about-members")
    yield _code("members")
    for position, spec in enumerate(recipe.members, start=1):
        yield code_cell(
            step_id("member", spec.name, position), _member(recipe, spec, views[spec.view])
        )
    yield _filled("combine", f"combine_{recipe.blend}", {})
    if recipe.calibration is not None:
        yield _calibration(recipe, recipe.calibration)
    yield _code("blend")
    if recipe.task is TaskKind.BINARY:
        threshold = DEFAULT_THRESHOLD if recipe.threshold is None else recipe.threshold
        yield _filled("decide", "decide_two_classes", {"threshold": threshold})
    elif classes:
        yield _filled("decide", "decide_most_probable", {})
    if measured:
        yield _text("about-holdout")
        yield _code("holdout")
        yield _filled("metric", f"metric_{recipe.metric}", {})
    yield _text("about-refit")
    yield _filled("predict", "predict_classes" if classes else "predict_number", {})
    name = "score" if measured else "score_without_holdout"
    yield _filled("score", name, {"metric": recipe.metric}, tags=["score"])


def _load(dataset: Dataset) -> Iterator[NotebookNode]:
    form, options = str(dataset.read["format"]), dict(dataset.read["options"])
    if form == "sklearn":
        yield _filled("load", f"load_sklearn_{options['name']}", {})
        return
    yield _filled("parameters", "parameters", {"data_path": dataset.source}, tags=["parameters"])
    yield _filled("load", f"load_{form}", options)


def _split(recipe: Recipe) -> NotebookNode:
    split = recipe.split
    known = {
        "holdout": split.holdout,
        "seed": split.seed,
        "column": split.column,
        "date_format": split.date_format,
    }
    slots = {
        "stratified": ("holdout", "seed"),
        "kfold": ("holdout", "seed"),
        "grouped": ("holdout", "seed", "column"),
        "time": ("holdout", "column", "date_format"),
    }[split.kind.value]
    return _filled("split", f"split_{split.kind.value}", {slot: known[slot] for slot in slots})


def _step(name: str) -> NotebookNode:
    return code_cell(f"step-{name.replace('_', '-')}", piece("model", "steps", name))


def _folds(split: Split) -> NotebookNode:
    """Return how the training rows are divided once more: as the split keeps them apart."""
    match split.kind:
        case SplitKind.GROUPED:
            source = fill(piece("model", "steps", "folds_grouped"), {"column": split.column})
        case SplitKind.TIME:
            source = piece("model", "steps", "folds_time")
        case _:
            source = piece("model", "steps", FOLDS)
    return code_cell("step-folds", source)


def _view(recipe: Recipe, name: str, specs: tuple[StepSpec, ...]) -> str:
    calls: list[str] = []
    values: dict[str, Any] = {"view": name}
    steps, selection = divided(specs)
    for number, spec in enumerate(steps):
        # Two steps may have a slot of the same name; the number keeps them apart.
        calls.append(piece("model", f"view_{spec.kind}").replace('slot("', f'slot("{number}.'))
        params = code_params(spec, recipe.task, recipe.n_classes)
        known = {"columns": list(spec.columns), **params}
        values |= {f"{number}.{slot}": _plain(value) for slot, value in known.items()}
    if selection is not None:
        values |= {"codes": _n_codes(steps)}
        values |= code_params(selection, recipe.task, recipe.n_classes)
    whole = piece("model", "view" if selection is None else "view_select")
    return fill(insert(whole, "steps", calls), values)


def _member(recipe: Recipe, spec: MemberSpec, steps: tuple[StepSpec, ...]) -> str:
    estimator = member(spec.estimator)
    slots = estimator.slots(
        spec,
        recipe.task,
        recipe.n_classes,
        recipe.threads,
        class_weight=recipe.class_weight,
        categorical=range(_n_codes(steps)),
    )
    return fill(piece("model", "members", estimator.piece(recipe.task).removesuffix(".py")), slots)


def _n_codes(steps: tuple[StepSpec, ...]) -> int:
    """Return how many category codes stand in front in a view; none is ever left out."""
    return sum(len(step.columns) for step in steps if step.kind == "category")


def _calibration(recipe: Recipe, calibration: Calibration) -> NotebookNode:
    if calibration.method is Method.ISOTONIC:
        known: dict[str, object] = {"x": list(calibration.x), "y": list(calibration.y)}
    else:
        shift = list(calibration.shift) or [0.0] * recipe.n_classes
        known = {"temperature": calibration.temperature, "shift": shift}
    return _filled("calibrate", f"calibrate_{calibration.method}", known)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _text(step: str) -> NotebookNode:
    return markdown_cell(step, prose("model", step.replace("-", "_")))


def _code(step: str, **values: object) -> NotebookNode:
    return _filled(step, step, values)


def _filled(
    step: str, name: str, values: Mapping[str, object], *, tags: tuple[str, ...] | list[str] = ()
) -> NotebookNode:
    return code_cell(step, fill(piece("model", name), values), tags=tags)
