"""Find all errors in the text of an experiment file, for an editor to mark.

`parse_spec` stops at the first error. Here, an invalid field is removed, and reading continues.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from automl_magic.errors import SpecError
from automl_magic.files.yaml_text import field_error, node_value, parse_yaml
from automl_magic.planning.spec import FORM
from automl_magic.records import ExperimentSpec, Record, RecordProblem

MAX_PROBLEMS = 50
_NAME = "experiment"
_REQUIRED = frozenset(
    field.name
    for field in dataclasses.fields(ExperimentSpec)
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
)
_ANY_TEXT = "-"


@dataclass(frozen=True, kw_only=True)
class SpecProblem(Record):
    """One error: its line, counted from 1, and its three parts."""

    line: int
    what: str
    why: str
    fix: str


def find_problems(text: str) -> tuple[SpecProblem, ...]:
    """Return the errors in the text of an experiment file, in line order."""
    twice: list[SpecError] = []
    try:
        root = parse_yaml(text, _NAME, FORM)
        document = node_value(root, _NAME, twice)
    except SpecError as error:
        return (_problem(error, is_about_field=False),)
    problems = [_problem(error, is_about_field=False) for error in twice[:MAX_PROBLEMS]]
    while len(problems) < MAX_PROBLEMS:
        try:
            ExperimentSpec.from_json(document)
            break
        except RecordProblem as error:
            is_about_field = bool(error.path) and not error.valid_fields
            spec_error = field_error(error, root, _NAME)
            problems.append(_problem(spec_error, is_about_field=is_about_field))
            if not _remove_field(document, error):
                break
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _problem(error: SpecError, *, is_about_field: bool) -> SpecProblem:
    what = error.detail
    # A text about a field starts with the field's name, which keeps its case.
    if not is_about_field:
        what = what[:1].upper() + what[1:]
    return SpecProblem(line=error.line or 1, what=what, why=error.why, fix=error.fix)


def _remove_field(document: object, problem: RecordProblem) -> bool:
    """Remove the invalid field from the document. Return False if it can't be found."""
    # Lists are removed whole, because lines are looked up by the index of an item.
    path = [step for step in problem.path if isinstance(step, str)]
    for step in path[:-1]:
        document = document.get(step) if isinstance(document, dict) else None
    if not path or not isinstance(document, dict):
        return False
    if len(path) == 1 and path[0] in _REQUIRED:
        document[path[0]] = _ANY_TEXT
        return True
    if path[-1] not in document:
        return False
    del document[path[-1]]
    return True
