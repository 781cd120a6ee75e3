"""What changed between two runs: in words first, then in code.

The words come from the two run records and from what lies in the runs' folders (`plan.json`,
`recipe.json`, `leaderboard.json`, `trials.jsonl`); a file that is not there says nothing. The code
is compared cell by cell, by cell id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from automl_magic.look.text import safe
from automl_magic.records import Record, Run, Trial
from automl_magic.track.rerun import input_changes
from automl_magic.track.tracker import read_leaderboard, read_plan, read_trials

_CODE_FILES = ("input.ipynb", "output.ipynb")
_SETTINGS = {
    "budget_s": "budget in seconds",
    "seed": "seed",
    "threads": "number of threads",
    "data_source": "data source",
}


@dataclass(frozen=True, kw_only=True)
class Change(Record):
    """One thing that changed. `about` is one word for machines, `words` a sentence for people."""

    about: str
    words: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, kw_only=True)
class CellChange(Record):
    """A cell that was `added`, `removed` or `changed`, with the unified diff of its source."""

    cell_id: str
    kind: str
    diff: str


@dataclass(frozen=True, kw_only=True)
class Difference(Record):
    """Everything that changed from one run to another. Prints as words, then as code."""

    before: str
    after: str
    changes: tuple[Change, ...] = ()
    cells: tuple[CellChange, ...] = ()

    def __str__(self) -> str:
        lines = [f"From run {self.before} to run {self.after}:"]
        lines += [f"- {change.words}" for change in self.changes] or ["- Nothing changed."]
        for cell in self.cells:
            lines += ["", f"Cell {safe(cell.cell_id, 64)} was {cell.kind}:", cell.diff]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Told:
    """A run with everything it wrote about itself."""

    run: Run
    recipe: Mapping[str, Any]
    columns: Mapping[str, str]
    settings: Mapping[str, Any]
    trials: tuple[Trial, ...]
    higher_is_better: bool | None
    cells: Mapping[str, str]


def compare(run_a: Run, folder_a: Path, run_b: Run, folder_b: Path) -> Difference:
    """Say what changed from run A to run B; `folder_a` and `folder_b` hold what they wrote."""
    a, b = _read(run_a, folder_a), _read(run_b, folder_b)
    cells = tuple(_cell_changes(a.cells, b.cells))
    return Difference(
        before=run_a.run_id,
        after=run_b.run_id,
        changes=(
            *_status(a, b),
            *_scores(a, b),
            *_data(a, b),
            *_settings(a, b),
            *_candidates(a, b),
            *_surroundings(a, b),
            *_code(cells),
        ),
        cells=cells,
    )


def _read(run: Run, folder: Path) -> _Told:
    board = read_leaderboard(folder)
    recipe, plan = _json(folder / "recipe.json"), read_plan(folder)
    columns = plan.get("dataset", {}).get("columns", ())
    return _Told(
        run=run,
        recipe=recipe,
        columns={column["name"]: column["kind"] for column in columns} or recipe.get("columns", {}),
        settings=_settings_of(run, plan, recipe),
        trials=read_trials(folder),
        higher_is_better=board.higher_is_better if board else None,
        cells=_sources(folder),
    )


def _settings_of(run: Run, plan: Mapping[str, Any], recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the run went by: what was planned, what came of it, what was set by hand."""
    asked = plan.get("experiment") or {}
    planned = {"budget_s": asked.get("budget_s"), "data_source": asked.get("data")}
    fitted = {name: recipe[name] for name in ("seed", "threads") if name in recipe}
    given = {name: run.inputs[name] for name in ("threads",) if name in run.inputs}
    return {**planned, **given, **fitted, **run.parameters}


def _status(a: _Told, b: _Told) -> Iterator[Change]:
    one, other = a.run.status.value, b.run.status.value
    if one != other:
        yield Change(about="status", words=f"The run {one}, then {other}.", before=one, after=other)


def _scores(a: _Told, b: _Told) -> Iterator[Change]:
    for part, place in (("holdout", "the holdout"), ("cv", "the folds")):
        one, other = a.run.result.get(part), b.run.result.get(part)
        if not isinstance(one, Mapping) or not isinstance(other, Mapping) or one == other:
            continue
        if one["metric"] != other["metric"]:
            words = (
                f"The metric changed from {safe(one['metric'], 40)} to "
                f"{safe(other['metric'], 40)}: the scores on {place} cannot be compared."
            )
        else:
            words = _moved(one, other, place, a.higher_is_better)
        yield Change(about=part, words=words, before=one, after=other)
    one, other = a.run.result.get("best"), b.run.result.get("best")
    if one != other:
        yield _turned("best", "best model", one, other)


def _moved(
    one: Mapping[str, Any], other: Mapping[str, Any], place: str, higher: bool | None
) -> str:
    step = other["score"] - one["score"]
    verdict = ""
    if higher is not None and step:
        verdict = ", better" if (step > 0) is higher else ", worse"
    words = (
        f"{safe(one['metric'], 40)} on {place} moved from {one['score']:.5g} to "
        f"{other['score']:.5g} ({step:+.3g}{verdict})"
    )
    if None in (one.get("low"), one.get("high"), other.get("low"), other.get("high")):
        return words + "."
    if one["low"] <= other["high"] and other["low"] <= one["high"]:
        return words + "; the 95 % intervals overlap, so this may be chance."
    return words + "; the 95 % intervals do not overlap."


def _data(a: _Told, b: _Told) -> Iterator[Change]:
    one, other = a.run.inputs.get("data"), b.run.inputs.get("data")
    if one != other:
        words = "The data changed: its fingerprint is another."
        yield Change(about="data", words=words, before=one, after=other)
    old, new = a.columns, b.columns
    if not old or not new:
        return
    for about, verb, names in (
        ("columns_added", "added", [name for name in new if name not in old]),
        ("columns_removed", "removed", [name for name in old if name not in new]),
    ):
        if names:
            words = f"Columns were {verb}: {_listed(names)}."
            yield Change(about=about, words=words, after=names)
    for name in old:
        if name in new and old[name] != new[name]:
            column = f"column {safe(name, 60)}"
            yield _turned("column_kind", f"kind of {column}", old[name], new[name])


def _settings(a: _Told, b: _Told) -> Iterator[Change]:
    for name, words in _SETTINGS.items():
        one, other = a.settings.get(name), b.settings.get(name)
        if one != other:
            yield _turned(name, words, one, other)
    for name, words in (("task", "task"), ("target", "target"), ("metric", "metric")):
        if _both(a, b, name) and a.recipe[name] != b.recipe[name]:
            yield _turned(name, words, a.recipe[name], b.recipe[name])
    if _both(a, b, "split"):
        old, new = a.recipe["split"], b.recipe["split"]
        for name in old:
            if old[name] != new.get(name):
                yield _turned("split", f"split's {name}", old[name], new.get(name))


def _candidates(a: _Told, b: _Told) -> Iterator[Change]:
    # The first trial of a candidate is its cell; later ones are the search's variations of it.
    old, new = ({t.candidate: t for t in reversed(side.trials)} for side in (a, b))
    if not old or not new:
        return
    for about, verb, names in (
        ("candidates_added", "added", sorted(new.keys() - old.keys())),
        ("candidates_removed", "removed", sorted(old.keys() - new.keys())),
    ):
        if names:
            words = f"Candidates were {verb}: {_listed(names)}."
            yield Change(about=about, words=words, after=names)
    for name in sorted(old.keys() & new.keys()):
        for param in sorted(old[name].params.keys() | new[name].params.keys()):
            one, other = old[name].params.get(param), new[name].params.get(param)
            if one != other:
                yield _turned("params", f"{safe(param, 60)} of {safe(name, 60)}", one, other)


def _surroundings(a: _Told, b: _Told) -> Iterator[Change]:
    changes = input_changes(a.run.inputs, b.run.inputs)
    environment = changes.get("environment")
    if environment is not None:
        one, other = environment["before"], environment["after"]
        if not isinstance(one, Mapping) or not isinstance(other, Mapping):
            words = "The environment changed."
            yield Change(about="environment", words=words, before=one, after=other)
        else:
            old, new = _flat(one), _flat(other)
            for name in sorted(old.keys() | new.keys()):
                yield _turned("environment", f"version of {name}", old.get(name), new.get(name))
    if "code" in changes:
        words = "automl-magic's own code changed."
        yield Change(about="code", words=words, **changes["code"])


def _code(cells: tuple[CellChange, ...]) -> Iterator[Change]:
    for kind in ("added", "removed", "changed"):
        ids = [cell.cell_id for cell in cells if cell.kind == kind]
        if ids:
            words = f"Notebook cells were {kind}: {_listed(ids)}."
            yield Change(about=f"cells_{kind}", words=words, after=ids)


def _cell_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[CellChange]:
    if not old or not new:
        return
    for cell_id in {**old, **new}:
        one, other = old.get(cell_id), new.get(cell_id)
        if one == other:
            continue
        kind = "added" if one is None else "removed" if other is None else "changed"
        lines = unified_diff(
            (one or "").splitlines(), (other or "").splitlines(), "before", "after", lineterm=""
        )
        yield CellChange(cell_id=cell_id, kind=kind, diff="\n".join(lines))


def _sources(folder: Path) -> dict[str, str]:
    for name in _CODE_FILES:
        cells = _json(folder / name).get("cells", [])
        if cells:
            return {
                str(cell.get("id", f"cell-{i}")): "".join(cell.get("source", ""))
                for i, cell in enumerate(cells)
            }
    return {}


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8", errors="surrogatepass"))
    except (FileNotFoundError, json.JSONDecodeError):
        # A run that was killed may have left no file, or half of one.
        return {}
    return document if isinstance(document, dict) else {}


def _turned(about: str, what: str, one: Any, other: Any) -> Change:
    words = f"The {what} changed from {_said(one)} to {_said(other)}."
    return Change(about=about, words=words, before=one, after=other)


def _said(value: object) -> str:
    return "nothing" if value is None else safe(str(value), 80)


def _listed(names: list[str]) -> str:
    shown = ", ".join(safe(name, 60) for name in names[:10])
    return shown if len(names) <= 10 else f"{shown} and {len(names) - 10} more"


def _both(a: _Told, b: _Told, name: str) -> bool:
    return name in a.recipe and name in b.recipe


def _flat(environment: Mapping[str, Any]) -> dict[str, Any]:
    packages = environment.get("packages") or {}
    return {k: v for k, v in environment.items() if k != "packages"} | dict(packages)
