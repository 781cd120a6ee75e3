"""Compare two runs: a summary in sentences, then a diff of the code.

The summary is based on the run records and the files in the runs' folders (`plan.json`,
`recipe.json`, `leaderboard.json`, `trials.jsonl`). Missing files are skipped. The code is compared
cell by cell, by cell id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from automl_magic.display.numbers import format_score_interval
from automl_magic.display.text import printable
from automl_magic.records import Record, Run, Score, Trial
from automl_magic.records.codec import json_key
from automl_magic.track.rerun import input_changes
from automl_magic.track.search_end import read_candidates, search_end
from automl_magic.track.tracker import read_leaderboard, read_plan, read_trials

_CODE_FILES = ("input.ipynb", "output.ipynb")
_SETTINGS = {
    "budget_s": "budget in seconds",
    "seed": "seed",
    "threads": "number of threads",
    "data_source": "data source",
}


@dataclass(frozen=True, kw_only=True)
class RunChange(Record):
    """One change. `about` is a code for programs, `sentence` a sentence for people."""

    about: str
    sentence: str = json_key("words")
    before: object = None
    after: object = None


@dataclass(frozen=True, kw_only=True)
class CellChange(Record):
    """An `added`, `removed` or `changed` cell with the unified diff of its source."""

    cell_id: str
    kind: str
    diff: str


@dataclass(frozen=True, kw_only=True)
class RunDiff(Record):
    """All changes from one run to another. Its text has the sentences, then the code."""

    before: str
    after: str
    changes: tuple[RunChange, ...] = ()
    cells: tuple[CellChange, ...] = ()

    def __str__(self) -> str:
        lines = [f"From run {self.before} to run {self.after}:"]
        lines += [f"- {change.sentence}" for change in self.changes] or ["- Nothing changed."]
        for cell in self.cells:
            lines += ["", f"Cell {printable(cell.cell_id, 64)} was {cell.kind}:", cell.diff]
        return "\n".join(lines)


@dataclass(frozen=True)
class _RunSnapshot:
    """A run with the contents of its files."""

    run: Run
    recipe: Mapping[str, Any]
    columns: Mapping[str, str]
    settings: Mapping[str, object]
    candidates: tuple[str, ...]
    trials: tuple[Trial, ...]
    higher_is_better: bool | None
    cells: Mapping[str, str]


def compare_runs(run_a: Run, folder_a: Path, run_b: Run, folder_b: Path) -> RunDiff:
    """Return what changed from run A to run B. `folder_a` and `folder_b` are their folders."""
    a, b = _read_run(run_a, folder_a), _read_run(run_b, folder_b)
    cells = tuple(_cell_changes(a.cells, b.cells))
    return RunDiff(
        before=run_a.run_id,
        after=run_b.run_id,
        changes=(
            *_status_changes(a, b),
            *_score_changes(a, b),
            *_data_changes(a, b),
            *_setting_changes(a, b),
            *_candidate_changes(a, b),
            *_environment_changes(a, b),
            *_code_changes(cells),
        ),
        cells=cells,
    )


def _read_run(run: Run, folder: Path) -> _RunSnapshot:
    leaderboard = read_leaderboard(folder)
    recipe, plan = _read_json(folder / "recipe.json"), read_plan(folder)
    columns = plan.get("dataset", {}).get("columns", ())
    return _RunSnapshot(
        run=run,
        recipe=recipe,
        columns={column["name"]: column["kind"] for column in columns} or recipe.get("columns", {}),
        settings=_run_settings(run, plan, recipe),
        candidates=read_candidates(folder),
        trials=read_trials(folder),
        higher_is_better=leaderboard.higher_is_better if leaderboard else None,
        cells=_cell_sources(folder),
    )


def _run_settings(
    run: Run, plan: Mapping[str, Any], recipe: Mapping[str, Any]
) -> dict[str, object]:
    """Return the settings of a run, from its plan, inputs, recipe and parameters."""
    experiment = plan.get("experiment") or {}
    planned = {"budget_s": experiment.get("budget_s"), "data_source": experiment.get("data")}
    fitted = {name: recipe[name] for name in ("seed", "threads") if name in recipe}
    inputs = {name: run.inputs[name] for name in ("threads",) if name in run.inputs}
    return {**planned, **inputs, **fitted, **run.parameters}


def _status_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    before, after = a.run.status_text, b.run.status_text
    if before != after:
        yield _value_change("status", "status", before, after)


def _score_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    for part, part_name in (("holdout", "the holdout"), ("cv", "the folds")):
        before, after = a.run.result.get(part), b.run.result.get(part)
        if not isinstance(before, Mapping) or not isinstance(after, Mapping) or before == after:
            continue
        if before["metric"] != after["metric"]:
            sentence = (
                f"The metric changed from {printable(before['metric'], 40)} to "
                f"{printable(after['metric'], 40)}, so the scores on {part_name} can't be compared."
            )
        else:
            sentence = _score_change(before, after, part_name, a.higher_is_better)
        yield RunChange(about=part, sentence=sentence, before=before, after=after)
    before, after = a.run.result.get("best"), b.run.result.get("best")
    if before != after:
        yield _value_change("best", "best model", before, after)


def _score_change(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    part_name: str,
    higher_is_better: bool | None,
) -> str:
    if before["score"] is None or after["score"] is None:
        old, new = (format_score_interval(Score.from_json(score)) for score in (before, after))
        return (
            f"{printable(before['metric'], 40)} on {part_name} changed from {printable(old, 120)} "
            f"to {printable(new, 120)}."
        )
    difference = after["score"] - before["score"]
    verdict = ""
    if higher_is_better is not None and difference:
        verdict = ", better" if (difference > 0) is higher_is_better else ", worse"
    sentence = (
        f"{printable(before['metric'], 40)} on {part_name} changed from {before['score']:.5g} to "
        f"{after['score']:.5g} ({difference:+.3g}{verdict})."
    )
    if None in (before.get("low"), before.get("high"), after.get("low"), after.get("high")):
        return sentence
    if before["low"] <= after["high"] and after["low"] <= before["high"]:
        return sentence + " The 95% intervals overlap, so this may be chance."
    return sentence + " The 95% intervals don't overlap."


def _data_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    before, after = a.run.inputs.get("data"), b.run.inputs.get("data")
    if before != after:
        sentence = "The data changed: it has another fingerprint."
        yield RunChange(about="data", sentence=sentence, before=before, after=after)
    old, new = a.columns, b.columns
    if not old or not new:
        return
    for about, verb, names in (
        ("columns_added", "added", [name for name in new if name not in old]),
        ("columns_removed", "removed", [name for name in old if name not in new]),
    ):
        if names:
            sentence = f"Columns were {verb}: {_format_list(names)}."
            yield RunChange(about=about, sentence=sentence, after=names)
    for name in old:
        if name in new and old[name] != new[name]:
            column = f"column {printable(name, 60)}"
            yield _value_change("column_kind", f"kind of {column}", old[name], new[name])


def _setting_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    for name, label in _SETTINGS.items():
        before, after = a.settings.get(name), b.settings.get(name)
        if before != after:
            yield _value_change(name, label, before, after)
    for name in ("task", "target", "metric"):
        if _in_both(a, b, name) and a.recipe[name] != b.recipe[name]:
            yield _value_change(name, name, a.recipe[name], b.recipe[name])
    if _in_both(a, b, "split"):
        old, new = a.recipe["split"], b.recipe["split"]
        for name in old:
            if old[name] != new.get(name):
                yield _value_change("split", f"split's {name}", old[name], new.get(name))


def _candidate_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    # The first trial of a candidate is from its cell. The search adds variations of it later.
    old, new = (
        {trial.candidate: trial for trial in reversed(snapshot.trials) if trial.started}
        for snapshot in (a, b)
    )
    # A candidate that a search had, but didn't try, wasn't removed.
    had, has = ({*snapshot.candidates, *tried} for snapshot, tried in ((a, old), (b, new)))
    if not had or not has:
        return
    for about, verb, names in (
        ("candidates_added", "added", sorted(has - had)),
        ("candidates_removed", "removed", sorted(had - has)),
    ):
        if names:
            sentence = f"Candidates were {verb}: {_format_list(names)}."
            yield RunChange(about=about, sentence=sentence, after=names)
    for snapshot, tried, others in ((a, old, new), (b, new, old)):
        untried = [name for name in snapshot.candidates if name in others and name not in tried]
        if untried:
            run_id = printable(snapshot.run.run_id, 60)
            early = ", which ended early" if search_end(snapshot.run) is not None else ""
            sentence = f"Not tried in run {run_id}{early}: {_format_list(untried)}."
            yield RunChange(about="candidates_untried", sentence=sentence, after=untried)
    for name in sorted(old.keys() & new.keys()):
        for param in sorted(old[name].params.keys() | new[name].params.keys()):
            before, after = old[name].params.get(param), new[name].params.get(param)
            if before != after:
                yield _value_change(
                    "params", f"{printable(param, 60)} of {printable(name, 60)}", before, after
                )


def _environment_changes(a: _RunSnapshot, b: _RunSnapshot) -> Iterator[RunChange]:
    changes = input_changes(a.run.inputs, b.run.inputs)
    environment = changes.get("environment")
    if environment is not None:
        before, after = environment["before"], environment["after"]
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            sentence = "The environment changed."
            yield RunChange(about="environment", sentence=sentence, before=before, after=after)
        else:
            old, new = _flatten(before), _flatten(after)
            for name in sorted(old.keys() | new.keys()):
                yield _value_change(
                    "environment", f"version of {name}", old.get(name), new.get(name)
                )
    if "code" in changes:
        sentence = "The code of automl-magic changed."
        yield RunChange(about="code", sentence=sentence, **changes["code"])


def _code_changes(cells: tuple[CellChange, ...]) -> Iterator[RunChange]:
    for kind in ("added", "removed", "changed"):
        ids = [cell.cell_id for cell in cells if cell.kind == kind]
        if ids:
            sentence = f"Notebook cells were {kind}: {_format_list(ids)}."
            yield RunChange(about=f"cells_{kind}", sentence=sentence, after=ids)


def _cell_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[CellChange]:
    if not old or not new:
        return
    for cell_id in {**old, **new}:
        before, after = old.get(cell_id), new.get(cell_id)
        if before == after:
            continue
        kind = "added" if before is None else "removed" if after is None else "changed"
        lines = unified_diff(
            (before or "").splitlines(), (after or "").splitlines(), "before", "after", lineterm=""
        )
        yield CellChange(cell_id=cell_id, kind=kind, diff="\n".join(lines))


def _cell_sources(folder: Path) -> dict[str, str]:
    for name in _CODE_FILES:
        cells = _read_json(folder / name).get("cells", [])
        if cells:
            return {
                str(cell.get("id", f"cell-{i}")): "".join(cell.get("source", ""))
                for i, cell in enumerate(cells)
            }
    return {}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8", errors="surrogatepass"))
    except (FileNotFoundError, json.JSONDecodeError):
        # A killed run may have left no file or a partial one.
        return {}
    return document if isinstance(document, dict) else {}


def _value_change(about: str, label: str, before: object, after: object) -> RunChange:
    sentence = f"The {label} changed from {_format_value(before)} to {_format_value(after)}."
    return RunChange(about=about, sentence=sentence, before=before, after=after)


def _format_value(value: object) -> str:
    return "nothing" if value is None else printable(str(value), 80)


def _format_list(names: list[str]) -> str:
    listed = ", ".join(printable(name, 60) for name in names[:10])
    return listed if len(names) <= 10 else f"{listed} and {len(names) - 10} more"


def _in_both(a: _RunSnapshot, b: _RunSnapshot, name: str) -> bool:
    return name in a.recipe and name in b.recipe


def _flatten(environment: Mapping[str, Any]) -> dict[str, object]:
    packages = environment.get("packages") or {}
    return {k: v for k, v in environment.items() if k != "packages"} | dict(packages)
