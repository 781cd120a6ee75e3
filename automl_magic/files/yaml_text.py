"""Read YAML files as JSON values. Every error names the line.

The rules are simpler than YAML's: only `true` and `false` are booleans, `1e-3` is a number, and
`no`, `on` and `2020-01-01` are text. Aliases and tags aren't allowed: aliases can expand a small
file to gigabytes, and tags can create objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from automl_magic.errors import SpecError, UnknownField, WrongType
from automl_magic.records import RecordProblem

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?\Z", re.IGNORECASE)
_CONSTANTS: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}


@dataclass(frozen=True)
class FileFormat:
    """A kind of file: its name in errors, and how to get a valid one."""

    noun: str
    article_noun: str
    example: str
    create_hint: str
    compare_hint: str


def read_text(path: Path, form: FileFormat) -> str:
    """Return the text of a file. Raise SpecError if it's missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(
            f"Can't read the {form.noun} {path.name!r}.",
            why=f"{error.strerror or error} ({path}).",
            fix=f"Check the path, or {form.create_hint[0].lower()}{form.create_hint[1:]}",
        ) from error
    if len(content) > MAX_BYTES:
        raise SpecError(
            f"The {form.noun} {path.name!r} is too large.",
            why=f"It has more than {MAX_BYTES:,} bytes. Such files usually have a page or two.",
            fix="Check the path. It may be a data file.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SpecError(
            f"{path.name}, line {line}: the file isn't UTF-8 text.",
            why=f"The byte {content[error.start]:#04x} isn't valid here.",
            fix="Save the file as UTF-8.",
        ) from error


def parse_yaml(text: str, name: str, form: FileFormat) -> yaml.MappingNode:
    """Parse the text into YAML nodes, which have line numbers. Raise SpecError if it's invalid."""
    try:
        _check_events(text, name, form)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _not_yaml(error, text, name, form) from error
    if not isinstance(root, yaml.MappingNode):
        raise SpecError(
            f"{name}, line 1: this isn't {form.article_noun}.",
            why="It's empty." if root is None else f"It has no fields such as {form.example}.",
            fix=form.create_hint,
        )
    return root


def _check_events(text: str, name: str, form: FileFormat) -> None:
    """Raise SpecError for aliases, tags and deep nesting before any value is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise SpecError.at_line(
                name,
                line,
                "anchors and aliases aren't allowed.",
                why="A few lines of them can expand to gigabytes.",
                fix="Write the value in full. Put text that starts with & or * in quotes.",
            )
        if tag is not None:
            raise SpecError.at_line(
                name,
                line,
                f"the tag {tag[:60]!r} isn't allowed.",
                why="Tags can turn text into objects.",
                fix="Remove it. Put text that starts with ! in quotes.",
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise SpecError.at_line(
                name,
                line,
                "values are nested too deeply.",
                why=f"There are more than {MAX_DEPTH} levels of mappings and lists.",
                fix=f"{form.compare_hint}.",
            )


def node_value(node: yaml.Node, name: str, twice: list[SpecError] | None = None) -> Any:
    """Return the JSON value of a node. Raise SpecError if it's invalid.

    Parameters
    ----------
    name : str
        The name of the file, for errors.
    twice : list of SpecError, optional
        Collects the errors about fields that are set twice, of which the first value is returned.
        Without it, the first such error is raised.
    """
    if isinstance(node, yaml.MappingNode):
        values: dict[str, object] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise SpecError.at_line(
                    name,
                    _line(key),
                    "a list or mapping can't be a field name.",
                    why="Field names are text.",
                    fix="Write the name, a colon and the value.",
                )
            value = node_value(item, name, twice)
            if key.value in values:
                error = SpecError.at_line(
                    name,
                    _line(key),
                    f"{_shorten(key.value)} is set twice.",
                    why="A field can have only one value.",
                    fix="Delete one of the two.",
                )
                if twice is None:
                    raise error
                twice.append(error)
            else:
                values[key.value] = value
        return values
    if isinstance(node, yaml.SequenceNode):
        return [node_value(item, name, twice) for item in node.value]
    return _scalar(str(node.value), plain=getattr(node, "style", None) is None)


def _scalar(text: str, *, plain: bool) -> object:
    if not plain:
        return text
    if text.lower() in _CONSTANTS:
        return _CONSTANTS[text.lower()]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _not_yaml(error: yaml.YAMLError, text: str, name: str, form: FileFormat) -> SpecError:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, problem = error.problem_mark.line + 1, str(error.problem)
    elif isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        problem = f"the character {error.character!r} isn't allowed in YAML"
    else:
        line, problem = 1, str(error)
    if "'\\t'" in problem:
        return SpecError.at_line(
            name,
            line,
            "the indentation contains a tab.",
            why="YAML only allows spaces there.",
            fix="Replace the tab with spaces.",
        )
    return SpecError.at_line(
        name,
        line,
        "this isn't valid YAML.",
        why=f"{problem[0].upper()}{problem[1:]}.",
        fix=f"{form.compare_hint}. Put text with : # ' \" in quotes.",
    )


def field_error(problem: RecordProblem, root: yaml.Node, name: str) -> SpecError:
    """Return the error for a problem with a field. It names the line."""
    line = _line_of(problem, root)
    field = ".".join(map(str, problem.path)) or "the file"
    if problem.valid_fields:
        where = ".".join(map(str, problem.path[:-1]))
        fields = ", ".join(problem.valid_fields)
        return UnknownField.at_line(
            name,
            line,
            f"unknown field {_shorten(str(problem.path[-1]))}.",
            why=f"The fields {f'of {where}' if where else 'here'} are {fields}.",
            fix=f"Use {problem.close}." if problem.close else "Use one of these, or delete it.",
        )
    if problem.missing:
        return WrongType.at_line(
            name,
            line,
            f"{field} is missing.",
            why="This field is required.",
            fix=f"Add {problem.path[-1]}: and its value.",
        )
    return WrongType.at_line(
        name,
        line,
        f"{_shorten(field, marks='')} can't be {problem.actual}.",
        why=f"It must be {problem.expected}.",
        fix=f"Use {problem.close}." if problem.close else f"Use {_first_option(problem.expected)}.",
    )


def _line_of(problem: RecordProblem, root: yaml.Node) -> int:
    """Return the line of a problem's value, or of the last step of its path that exists."""
    line, node = _line(root), root
    for step in problem.path:
        child = next((pair for pair in _children(node) if pair[0] == step), None)
        if child is None:
            return line
        _, line, node = child
    return line


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, _line(key), item) for key, item in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((i, _line(item), item) for i, item in enumerate(node.value))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _shorten(text: str, marks: str = "'") -> str:
    shortened = repr(text) if marks else text
    return shortened if len(shortened) <= 80 else shortened[:79] + "…"


def _first_option(expected: str) -> str:
    return expected.removesuffix(" or nothing")
