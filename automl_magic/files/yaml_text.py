"""Files that people write as YAML, read as JSON values. Every error names the line.

YAML as most people know it: `true` and `false` are the only truth values, `1e-3` is a number, `no`,
`on` and `2020-01-01` are text. Aliases and tags are refused: they let a small file become a large
one, and a text become an object.
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
_WORDS: dict[str, bool | float | None] = {
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
class Form:
    """A kind of file: what errors call it, and how to come by one that is right."""

    noun: str
    article_noun: str
    example: str
    write_one: str
    compare: str


def read_text(path: Path, form: Form) -> str:
    """Return the text of a file. Raises SpecError: missing, too large, or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(
            f"The {form.noun} {path.name!r} cannot be read.",
            why=f"{error.strerror or error} ({path}).",
            fix=f"Check the path, or {form.write_one[0].lower()}{form.write_one[1:]}",
        ) from error
    if len(content) > MAX_BYTES:
        raise SpecError(
            f"The {form.noun} {path.name!r} is too large.",
            why=f"It has more than {MAX_BYTES:,} bytes; such a file is a page or two of text.",
            fix="Check the path: is it a data file?",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SpecError(
            f"{path.name}, line {line}: not text in UTF-8.",
            why=f"The byte {content[error.start]:#04x} does not begin or continue a character.",
            fix="Save the file as UTF-8.",
        ) from error


def compose(text: str, name: str, form: Form) -> yaml.MappingNode:
    """Return the text as YAML's nodes, which know their lines. Raises SpecError."""
    try:
        _check_events(text, name, form)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _not_yaml(error, text, name, form) from error
    if not isinstance(root, yaml.MappingNode):
        raise SpecError(
            f"{name}, line 1: this is not {form.article_noun}.",
            why="It is empty." if root is None else f"It does not hold fields like {form.example}.",
            fix=form.write_one,
        )
    return root


def _check_events(text: str, name: str, form: Form) -> None:
    """Refuse aliases, tags and deep nesting before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark is not None else 1
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise SpecError(
                f"{name}, line {line}: anchors and aliases are not allowed.",
                why="A few lines of them can stand for gigabytes.",
                fix="Write the value out. A text that begins with & or * needs quotes.",
            )
        if tag is not None:
            raise SpecError(
                f"{name}, line {line}: the tag {tag[:60]!r} is not allowed.",
                why="A tag can make an object of a text.",
                fix="Leave it out. A text that begins with ! needs quotes.",
            )
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise SpecError(
                f"{name}, line {line}: nested too deeply.",
                why=f"More than {MAX_DEPTH} mappings or lists lie in each other.",
                fix=f"{form.compare}.",
            )


def value_of(node: yaml.Node, name: str) -> Any:
    """Return the JSON value of a node. Raises SpecError."""
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise SpecError(
                    f"{name}, line {_line(key)}: a list or a mapping cannot name a field.",
                    why="A field's name is text.",
                    fix="Write a name, then a colon, then the value.",
                )
            if key.value in values:
                raise SpecError(
                    f"{name}, line {_line(key)}: {_cut(key.value)} is there twice.",
                    why="Only one of the two values could count.",
                    fix="Delete one of them.",
                )
            values[key.value] = value_of(item, name)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [value_of(item, name) for item in node.value]
    return _scalar(str(node.value), plain=getattr(node, "style", None) is None)


def _scalar(text: str, *, plain: bool) -> Any:
    if not plain:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def _not_yaml(error: yaml.YAMLError, text: str, name: str, form: Form) -> SpecError:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, problem = error.problem_mark.line + 1, str(error.problem)
    elif isinstance(error, yaml.reader.ReaderError):
        line = text[: error.position].count("\n") + 1
        problem = f"the character {error.character!r} may not stand in YAML"
    else:
        line, problem = 1, str(error)
    if "'\\t'" in problem:
        return SpecError(
            f"{name}, line {line}: a tab stands where YAML wants spaces.",
            why="YAML reads structure from indentation, and a tab has no fixed width.",
            fix="Replace the tab by spaces.",
        )
    return SpecError(
        f"{name}, line {line}: this is not YAML.",
        why=f"{problem[0].upper()}{problem[1:]}.",
        fix=f"{form.compare}; text with : # ' \" needs quotes.",
    )


def with_line(problem: RecordProblem, root: yaml.Node, name: str) -> SpecError:
    """Return what is wrong with a field as an error that names its line."""
    line = _line_of(problem, root)
    field = ".".join(map(str, problem.path)) or "the file"
    if problem.unknown:
        where = ".".join(map(str, problem.path[:-1]))
        fields = problem.expected.removeprefix("one of ")
        return UnknownField(
            f"{name}, line {line}: unknown field {_cut(str(problem.path[-1]))}.",
            why=f"The fields {f'of {where}' if where else 'here'} are {fields}.",
            fix=f"Write {problem.close}." if problem.close else "Write one of these, or delete it.",
        )
    if "required" in problem.found:
        return WrongType(
            f"{name}, line {line}: {field} is missing.",
            why="The field is required.",
            fix=f"Add {problem.path[-1]}: and its value.",
        )
    return WrongType(
        f"{name}, line {line}: {_cut(field, marks='')} cannot be {problem.found}.",
        why=f"It must be {problem.expected}.",
        fix=f"Write {problem.close}." if problem.close else f"Write {_first(problem.expected)}.",
    )


def _line_of(problem: RecordProblem, root: yaml.Node) -> int:
    """Return the line of the value that a problem's path leads to, or of the last part found."""
    line, node = _line(root), root
    for step in problem.path:
        found = next((pair for pair in _children(node) if pair[0] == step), None)
        if found is None:
            return line
        _, line, node = found
    return line


def _children(node: yaml.Node) -> Iterator[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, _line(key), item) for key, item in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((i, _line(item), item) for i, item in enumerate(node.value))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _cut(text: str, marks: str = "'") -> str:
    shown = repr(text) if marks else text
    return shown if len(shown) <= 80 else shown[:79] + "…"


def _first(expected: str) -> str:
    return expected.removesuffix(" or nothing")
