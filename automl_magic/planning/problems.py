"""Everything that is wrong in the text of an experiment file, for an editor to mark.

`parse_spec` stops at the first error. Here, a field that is wrong is set aside, and the rest of the
file is read on.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any

from automl_magic.errors import SpecError, WrongType
from automl_magic.files.yaml_text import compose, value_of, with_line
from automl_magic.planning.spec import FORM
from automl_magic.records import Experiment, Record, RecordProblem

MOST_PROBLEMS = 50
_NAME = "experiment"
_PLACE = re.compile(rf"{_NAME}, line (\d+): (.*)\Z", re.DOTALL)

_REQUIRED = frozenset(
    field.name
    for field in dataclasses.fields(Experiment)
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
)
_ANY_TEXT = "-"


@dataclass(frozen=True, kw_only=True)
class Problem(Record):
    """One thing that is wrong: its line, counted from 1, and the three parts of an error."""

    line: int
    what: str
    why: str
    fix: str


def problems_in(text: str) -> tuple[Problem, ...]:
    """Return what is wrong in the text of an experiment file, in the order of its lines."""
    try:
        root = compose(text, _NAME, FORM)
        document = value_of(root, _NAME)
    except SpecError as error:
        return (_problem(error),)
    found: list[Problem] = []
    while len(found) < MOST_PROBLEMS:
        try:
            Experiment.from_json(document)
            break
        except RecordProblem as problem:
            found.append(_problem(with_line(problem, root, _NAME)))
            if not _set_aside(document, problem):
                break
    return tuple(sorted(found, key=lambda problem: problem.line))


def _problem(error: SpecError) -> Problem:
    place = _PLACE.match(error.what)
    line, what = (int(place[1]), place[2]) if place else (1, error.what)
    if not isinstance(error, WrongType):  # its message starts with the name of a field
        what = what[:1].upper() + what[1:]
    return Problem(line=line, what=what, why=error.why, fix=error.fix)


def _set_aside(document: Any, problem: RecordProblem) -> bool:
    """Make a document right in one place; False where that place cannot be found."""
    # A list goes as a whole: its items must keep their numbers, by which lines are found.
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
