"""The experiment file: its schema, a template, and validation."""

from __future__ import annotations

from typing import Any

from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import SpecProblem, SpecProblems, SpecText
from automl_magic_lab.threads import run_in_thread

MAX_BUDGET_S = 30 * 24 * 3600


class SchemaHandler(ApiHandler):
    """The JSON Schema of the experiment file, for completion."""

    auth_resource = "automl-magic:plans"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_thread(_schema))


class TemplateHandler(ApiHandler):
    """The text of a new experiment file, with every field explained."""

    auth_resource = "automl-magic:plans"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_thread(_template, self.number("budget_s", 60, MAX_BUDGET_S)))


class ValidateHandler(ApiHandler):
    """All errors in the text of an experiment file, with their lines."""

    auth_resource = "automl-magic:plans"

    @require_permission("read")
    async def post(self) -> None:
        self.finish(await run_in_thread(_problems, self.fields(text=str)["text"]))


def _schema() -> dict[str, Any]:
    from automl_magic.planning.schema import json_schema

    return json_schema()


def _template(budget_s: int) -> dict[str, Any]:
    from automl_magic.planning import format_spec
    from automl_magic.records import ExperimentSpec
    from automl_magic.runs.plan_folder import SPEC_NAME

    spec = ExperimentSpec(data="data.csv", target="target", budget_s=float(max(1, budget_s)))
    return SpecText(name=SPEC_NAME, text=format_spec(spec)).to_json()


def _problems(text: str) -> dict[str, Any]:
    from automl_magic.planning import find_problems

    problems = tuple(SpecProblem(**problem.to_json()) for problem in find_problems(text))
    return SpecProblems(problems=problems).to_json()
