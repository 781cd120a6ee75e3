"""Read the experiment file. Every error names the line."""

from __future__ import annotations

from pathlib import Path

from automl_magic.files.yaml_text import Form, compose, read_text, value_of, with_line
from automl_magic.records import Experiment, RecordProblem

FORM = Form(
    noun="experiment file",
    article_noun="an experiment file",
    example="target: COLUMN",
    write_one="Create one with automl plan DATA --target COLUMN.",
    compare="Compare with a file that automl plan writes",
)


def read_spec(path: Path) -> Experiment:
    """Read an experiment file.

    Raises
    ------
    SpecError
        If the file is missing, too large or not YAML. `UnknownField` or `WrongType` if a field is
        unknown or has an invalid value.
    """
    return parse_spec(read_text(path, FORM), path.name)


def parse_spec(text: str, name: str) -> Experiment:
    """Read the text of an experiment file. `name` is its name in errors.

    Raises
    ------
    SpecError
        As `read_spec`.
    """
    root = compose(text, name, FORM)
    try:
        return Experiment.from_json(value_of(root, name))
    except RecordProblem as problem:
        raise with_line(problem, root, name) from problem
