"""Show as code: the answers as a line for a notebook, as an experiment file, and as Python."""

from __future__ import annotations

import shlex

from automl_magic.planning.spec_options import spec_from_options
from automl_magic.wizard.answers import Answers

_OPTIONS = {
    "task": "--task",
    "metric": "--metric",
    "cost_false_positive": "--cost-false-positive",
    "cost_false_negative": "--cost-false-negative",
    "latency_ms_p95": "--latency-ms",
    "problem": "--problem",
}


def magic_line(answers: Answers, data: str) -> str:
    """Return the call as one line: `%automl fit customers.csv --target churn --budget 60s`."""
    options = answers.options()
    arguments = ["%automl", "fit", data]
    if answers.target is not None:
        arguments += ["--target", answers.target]
    if (budget_s := options.pop("budget_s", None)) is not None:
        arguments += ["--budget", f"{budget_s:g}s"]
    for name, words in options.pop("missing", {}).items():
        arguments += ["--missing", f"{name}={','.join(words)}"]
    for name in options.pop("exclude", []):
        arguments += ["--exclude", name]
    for name in options.pop("include", []):
        arguments += ["--include", name]
    for name in options.pop("sensitive", []):
        arguments += ["--sensitive", name]
    for name, value in options.items():
        arguments += [_OPTIONS[name], f"{value:g}" if isinstance(value, float) else str(value)]
    if answers.folder is not None:
        arguments += ["-o", answers.folder]
    return " ".join(shlex.quote(argument) for argument in arguments)


def experiment_text(answers: Answers, data: str) -> str:
    """Return the experiment file. It leaves out what wasn't answered."""
    from automl_magic.planning import format_spec

    return format_spec(spec_from_options(data, answers.target or "", **answers.options()))


def python_code(answers: Answers, data: str) -> str:
    """Return the call in Python."""
    table = data if answers.frame is not None and data.isidentifier() else _literal(data)
    arguments = [table, _literal(answers.target)]
    arguments += [f"{name}={_literal(value)}" for name, value in answers.options().items()]
    if answers.folder is not None:
        arguments.append(f"folder={_literal(answers.folder)}")
    inside = ",\n    ".join(arguments)
    return (
        f"import automl_magic\n\noutcome = automl_magic.fit(\n    {inside},\n)\noutcome.holdout\n"
    )


def _literal(value: object) -> str:
    return ascii(value)
