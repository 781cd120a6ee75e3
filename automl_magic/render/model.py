"""The standalone notebook: a recipe in plain pandas, NumPy and scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from automl_magic.files.templates import source_piece
from automl_magic.recipe import MemberSpec, Recipe, code_params, member
from automl_magic.recipe.combine import CalibrationMethod, Calibrator
from automl_magic.recipe.steps import code_pieces, needs_inner_folds
from automl_magic.recipe.steps.base import FOLDS
from automl_magic.recipe.steps.parsing import parse_rules
from automl_magic.recipe.view import order_steps, separate_selection
from automl_magic.records import CellLink, ColumnKind, Split, SplitKind, StepSpec
from automl_magic.records.data.load_code import LoadCode
from automl_magic.render.cells import code_cell, markdown_cell, step_id
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import Pieces, pieces_for
from automl_magic.render.requirements import requirements_for
from automl_magic.render.slots import fill, insert
from automl_magic.secrets import standalone_code
from automl_magic.tasks.families import family_for
from automl_magic.tasks.family import NotebookCell


def render_model(
    recipe: Recipe, load: LoadCode, *, trial_link: CellLink | None = None
) -> NotebookNode:
    """Return a notebook that fits and scores a recipe with only public packages.

    Parameters
    ----------
    recipe : Recipe
        The ensemble, or one trial as a recipe with one member.
    load : LoadCode
        Code that loads the table: `data.load_code` of the dataset.
    trial_link : Link, optional
        Origin of the recipe, stored in the notebook's metadata.

    Raises
    ------
    RenderError
        If there's no template piece for a part of the recipe.
    """
    pieces = pieces_for(recipe.task)
    cells = list(_cells(pieces, recipe, load))
    sources = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    requirements = requirements_for(recipe, sources, load.requirements)
    more: dict[str, object] = {"requirements": requirements}
    if trial_link is not None:
        more["link"] = trial_link.to_json()
    return assemble(
        [
            _text(pieces, "title"),
            _code(pieces, "requirements", requirements=requirements),
            *cells,
        ],
        kind="model",
        **more,
    )


def _cells(pieces: Pieces, recipe: Recipe, load: LoadCode) -> Iterator[NotebookNode]:
    family = family_for(recipe.task)
    has_holdout = recipe.split.holdout > 0
    yield from _load(pieces, load)
    yield _text(pieces, "about-data")
    yield code_cell("values", pieces.code("model", "values"))
    yield from _check(pieces, recipe)
    yield from _family_cells(pieces, family.target_cells(recipe))
    views = {name: order_steps(recipe.views[name]) for name in recipe.used_views}
    steps = [spec for specs in views.values() for spec in specs]
    # Inner folds of the training rows need the groups, or the order in time, from the split.
    if has_holdout or (recipe.split.column is not None and needs_inner_folds(steps)):
        yield _split(pieces, recipe)
    yield _text(pieces, "about-features")
    for name in code_pieces(spec.kind for spec in steps):
        yield _folds(pieces, recipe.split) if name == FOLDS else _step(pieces, name)
    yield _code(pieces, "views")
    for position, (name, specs) in enumerate(views.items(), start=1):
        yield code_cell(step_id("view", name, position), _view(pieces, recipe, name, specs))
    yield _text(pieces, "about-members")
    yield _code(pieces, "members")
    for position, spec in enumerate(recipe.members, start=1):
        source = _member(pieces, recipe, spec, views[spec.view])
        yield code_cell(step_id("member", spec.name, position), source)
    yield _filled(pieces, "combine", f"combine_{recipe.blend}", {})
    if recipe.calibration is not None:
        yield _calibration(pieces, recipe, recipe.calibration)
    yield _code(pieces, "blend")
    yield from _family_cells(pieces, family.decision_cells(recipe))
    if has_holdout:
        yield _text(pieces, "about-holdout")
        yield _code(pieces, "holdout")
        yield _filled(pieces, "metric", f"metric_{recipe.metric}", {})
    yield _text(pieces, "about-refit")
    yield from _family_cells(pieces, family.prediction_cells(recipe))
    name = "score" if has_holdout else "score_without_holdout"
    yield _filled(pieces, "score", name, {"metric": recipe.metric}, tags=["score"])


def _load(pieces: Pieces, load: LoadCode) -> Iterator[NotebookNode]:
    if load.data_path is not None:
        path = {"data_path": load.data_path}
        yield _filled(pieces, "parameters", "parameters", path, tags=["parameters"])
    if load.credential is not None:
        name, slots = standalone_code(load.credential)
        yield code_cell("credential", fill(source_piece(name), slots))
    yield code_cell("load", fill(load.text, load.values))


def _check(pieces: Pieces, recipe: Recipe) -> Iterator[NotebookNode]:
    """Yield the cell that refuses a table written in another way than the training table."""
    rules = parse_rules(spec for view in recipe.used_views for spec in recipe.views[view])
    columns: list[list[object]] = []
    for name in recipe.used_columns:
        rule = rules.get(name, {})
        match recipe.columns.get(name):
            case ColumnKind.NUMBER:
                columns.append([name, "number", rule or None])
            case ColumnKind.BOOLEAN if "true" in rule and "false" in rule:
                columns.append([name, "boolean", [rule["true"], rule["false"]]])
            case ColumnKind.DATE:
                columns.append([name, "date", rule.get("date_format")])
            case ColumnKind.CATEGORY | ColumnKind.HIGH_CARDINALITY:
                columns.append([name, "label", None])
    if columns:
        yield _filled(pieces, "check", "check", {"columns": columns})


def _split(pieces: Pieces, recipe: Recipe) -> NotebookNode:
    split = recipe.split
    slot_values = {
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
    return _filled(
        pieces, "split", f"split_{split.kind.value}", {slot: slot_values[slot] for slot in slots}
    )


def _step(pieces: Pieces, name: str) -> NotebookNode:
    return code_cell(f"step-{name.replace('_', '-')}", pieces.code("model", "steps", name))


def _folds(pieces: Pieces, split: Split) -> NotebookNode:
    """Return the cell that splits the training rows again, in the same way as the split."""
    names = {SplitKind.GROUPED: "folds_grouped", SplitKind.TIME: "folds_time"}
    return code_cell("step-folds", pieces.code("model", "steps", names.get(split.kind, FOLDS)))


def _view(pieces: Pieces, recipe: Recipe, name: str, specs: tuple[StepSpec, ...]) -> str:
    calls: list[str] = []
    values: dict[str, object] = {"view": name}
    steps, selection = separate_selection(specs)
    for number, spec in enumerate(steps):
        # Two steps can have a slot with the same name, so the number makes it unique.
        calls.append(
            pieces.code("model", f"view_{spec.kind}").replace('slot("', f'slot("{number}.')
        )
        params = code_params(spec, recipe.task, recipe.n_classes)
        slot_values = {"columns": list(spec.columns), **params}
        values |= {f"{number}.{slot}": _plain(value) for slot, value in slot_values.items()}
    if selection is not None:
        values |= {"codes": _n_codes(steps)}
        values |= code_params(selection, recipe.task, recipe.n_classes)
    view_code = pieces.code("model", "view" if selection is None else "view_select")
    return fill(insert(view_code, "steps", calls), values)


def _member(pieces: Pieces, recipe: Recipe, spec: MemberSpec, steps: tuple[StepSpec, ...]) -> str:
    estimator = member(spec.estimator)
    slots = estimator.slots(
        spec,
        recipe.task,
        recipe.n_classes,
        recipe.threads,
        class_weight=recipe.class_weight,
        categorical=range(_n_codes(steps)),
    )
    return fill(
        pieces.code("model", "members", estimator.template_piece(recipe.task).removesuffix(".py")),
        slots,
    )


def _n_codes(steps: tuple[StepSpec, ...]) -> int:
    """Return the number of category codes, which are the first columns of a view."""
    return sum(len(step.columns) for step in steps if step.kind == "category")


def _calibration(pieces: Pieces, recipe: Recipe, calibration: Calibrator) -> NotebookNode:
    if calibration.method is CalibrationMethod.ISOTONIC:
        slot_values: dict[str, object] = {"x": list(calibration.x), "y": list(calibration.y)}
    else:
        shift = list(calibration.shift) or [0.0] * recipe.n_classes
        slot_values = {"temperature": calibration.temperature, "shift": shift}
    return _filled(pieces, "calibrate", f"calibrate_{calibration.method}", slot_values)


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _text(pieces: Pieces, step: str) -> NotebookNode:
    return markdown_cell(step, pieces.markdown("model", step.replace("-", "_")))


def _code(pieces: Pieces, step: str, **values: object) -> NotebookNode:
    return _filled(pieces, step, step, values)


def _family_cells(pieces: Pieces, cells: tuple[NotebookCell, ...]) -> Iterator[NotebookNode]:
    """Yield the cells that the task family provides."""
    for cell in cells:
        yield _filled(pieces, cell.step, cell.piece, cell.values)


def _filled(
    pieces: Pieces,
    step: str,
    name: str,
    values: Mapping[str, object],
    *,
    tags: tuple[str, ...] | list[str] = (),
) -> NotebookNode:
    return code_cell(step, fill(pieces.code("model", name), values), tags=tags)
