"""Completion of `%automl`: commands, options and their values, tables, columns, runs."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import click
from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell

from automl_magic.cli.command import COMMANDS, automl
from automl_magic.errors import AutomlMagicError
from automl_magic.wizard.frames import is_frame

MATCHER = "automl_magic"
WORKSPACE = "--workspace"

_MAGIC = re.compile(r"^\s*(?:[\w.,\s]+=\s*)?%{1,2}automl[ \t]+(?P<words>.*)$", re.DOTALL)
_WORD = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")
_FILES = {"data", "input", "path", "folder", "output"}
_COLUMN_OPTIONS = {"target", "group", "time", "exclude", "include", "sensitive", "kinds"}
_RUN_ARGUMENTS = {"run", "before", "after", "model"}


def create_matcher(shell: InteractiveShell) -> Callable[[CompletionContext], SimpleMatcherResult]:
    """Return a completion matcher for the variables of a shell."""

    @context_matcher(identifier=MATCHER)
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        magic = _MAGIC.match(context.text_until_cursor)
        if magic is None:
            return {"completions": []}
        before, word = _split(magic["words"])
        completions = find_completions(before, word, shell.user_ns)
        matches = [value for value in completions.values if value.startswith(word.lstrip("\"'"))]
        return {
            "completions": [
                SimpleCompletion(shlex.quote(match), type="automl") for match in matches
            ],
            "matched_fragment": word,
            "suppress": bool(matches),
            "do_not_suppress": {"IPCompleter.file_matcher"} if completions.allows_files else set(),
        }

    return matcher


class Completions(NamedTuple):
    """Possible completions, and whether a file name is possible too."""

    values: list[str]
    allows_files: bool = False


def find_completions(before: list[str], word: str, names: Mapping[str, object]) -> Completions:
    """Return the completions after the words of a line. Options if nothing else fits."""
    if before[:1] == [WORKSPACE]:
        if len(before) == 1:
            return Completions(_workspaces())
        before = before[2:]
    if not before:
        return Completions(list(COMMANDS))
    if before[0] not in COMMANDS:
        return Completions([])
    command = automl.get_command(click.Context(automl), before[0])
    assert command is not None
    options = {opt: p for p in command.params if isinstance(p, click.Option) for opt in p.opts}
    option = options.get(before[-1]) if len(before) > 1 else None
    positional = _positional(before[1:], options)
    if option is not None and not option.is_flag:
        return Completions(_values(option, positional, names), option.name in _FILES)
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    argument = arguments[len(positional)] if len(positional) < len(arguments) else None
    long_options = [max(p.opts, key=len) for p in command.params if _is_shown(p)]
    values = (
        [] if argument is None or word.startswith("-") else _values(argument, positional, names)
    )
    may_be_file = argument is not None and argument.name in _FILES
    return Completions(values or long_options, may_be_file)


def _is_shown(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.hidden


def _positional(arguments: list[str], options: Mapping[str, click.Option]) -> list[str]:
    positional, is_value = [], False
    for word in arguments:
        if is_value:
            is_value = False
        elif word in options:
            is_value = not options[word].is_flag
        elif not word.startswith("-"):
            positional.append(word)
    return positional


def _values(
    parameter: click.Parameter, positional: list[str], names: Mapping[str, object]
) -> list[str]:
    if isinstance(parameter.type, click.Choice):
        return list(parameter.type.choices)
    match parameter.name:
        case "metric":
            from automl_magic.tasks.metrics import METRICS

            return list(METRICS)
        case "sampler":
            from automl_magic.records.plans.experiment import SAMPLERS

            return list(SAMPLERS)
        case "data":
            from automl_magic.data.sources.registry import loadable_sources

            source_texts = [
                offer.text for source in loadable_sources() for offer in source.offers()
            ]
            return [*_frames(names), *source_texts]
        case "input":
            return _frames(names)
        case "act_in":
            return _workspaces()
        case name if name in _COLUMN_OPTIONS:
            frame = names.get(positional[0]) if positional else None
            return list(map(str, frame.columns)) if is_frame(frame) else []
        case name if name in _RUN_ARGUMENTS:
            return ["last", *_run_ids()]
        case _:
            return []


def _frames(names: Mapping[str, object]) -> list[str]:
    return [name for name, value in names.items() if not name.startswith("_") and is_frame(value)]


def _workspaces() -> list[str]:
    from automl_magic.workspace import workspace_names

    try:
        return workspace_names()
    except AutomlMagicError:
        return []


def _run_ids() -> Iterable[str]:
    from automl_magic import flow

    try:
        return [run.run_id for run in flow.runs(50)]
    except AutomlMagicError:
        # Report a store error when the command runs, not during completion.
        return []


def _split(line: str) -> tuple[list[str], str]:
    """Return the finished words without quotes, and the word at the cursor as typed."""
    raw = _WORD.findall(line)
    is_open = bool(raw) and line.endswith(raw[-1])
    word = raw.pop() if is_open else ""
    return [_unquoted(finished) for finished in raw], word


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:
        return word
