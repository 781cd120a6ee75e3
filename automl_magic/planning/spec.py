"""Read the experiment file. Every error names the line."""

from __future__ import annotations

from pathlib import Path

from automl_magic.files.yaml_text import FileFormat, field_error, node_value, parse_yaml, read_text
from automl_magic.records import ExperimentSpec, RecordProblem

FORM = FileFormat(
    noun="experiment file",
    article_noun="an experiment file",
    example="target: COLUMN",
    create_hint="Create one with automl plan DATA --target COLUMN.",
    compare_hint="Compare with a file that automl plan writes",
)


def read_spec(path: Path) -> ExperimentSpec:
    """Read an experiment file.

    Raises
    ------
    SpecError
        If the file is missing, too large or not YAML. `UnknownField` or `WrongType` if a field is
        unknown or has an invalid value.
    """
    return parse_spec(read_text(path, FORM), path.name)


def parse_spec(text: str, name: str) -> ExperimentSpec:
    """Read the text of an experiment file. `name` is its name in errors.

    Raises
    ------
    SpecError
        As `read_spec`.
    """
    root = parse_yaml(text, name, FORM)
    try:
        return ExperimentSpec.from_json(node_value(root, name))
    except RecordProblem as problem:
        raise field_error(problem, root, name) from problem
