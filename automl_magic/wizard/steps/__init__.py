"""steps: the pages of the wizard, one file per step. Each turns a session into blocks."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from automl_magic.display.translation import _
from automl_magic.wizard.blocks import Block, more, problem
from automl_magic.wizard.session import STEPS, WizardSession
from automl_magic.wizard.steps import data, goal, limits, result, review, run, target
from automl_magic.wizard.steps.as_code import as_code

_MODULES: dict[str, ModuleType] = {
    "data": data,
    "target": target,
    "goal": goal,
    "limits": limits,
    "review": review,
    "run": run,
    "result": result,
}


def build_view(session: WizardSession) -> dict[str, object]:
    """Return everything that the page shows, as JSON types."""
    step = session.answers.step if session.can_open(session.answers.step) else "data"
    if session.busy is not None and session.table is None and session.answers.step != "data":
        step = session.answers.step  # a resumed draft whose table is still being read
    module = _MODULES[step]
    blocks: Callable[[WizardSession], list[Block]] = module.blocks
    is_waiting = step != "data" and not session.can_open(step)
    position = STEPS.index(step)
    following = STEPS[position + 1] if position + 1 < len(STEPS) else None
    return {
        "steps": [
            {
                "id": name,
                "title": _MODULES[name].name(),
                "state": "current" if name == step else "done" if i < position else "todo",
                "reachable": session.can_open(name) and name != step,
            }
            for i, name in enumerate(STEPS)
        ],
        "step": step,
        "title": module.title(),
        "lead": module.lead(),
        "blocks": [] if is_waiting else [*blocks(session), *_code(session, step)],
        "problem": _problem(session, step),
        "busy": session.busy,
        "back": STEPS[position - 1] if position > 0 and step != "result" else None,
        "next": _next(session, step, following),
        "resumed": session.resumed,
    }


def _code(session: WizardSession, step: str) -> list[Block]:
    """Return the answers so far as code, folded. The review step shows them unfolded."""
    if step not in ("target", "goal", "limits") or session.plan is None:
        return []
    return [more(_("Show as code"), [as_code(session)])]


def _problem(session: WizardSession, step: str) -> Block | None:
    # An unusable target is shown in the target step, not in the data step.
    if session.problem is None or (step == "data" and session.table is not None):
        return None
    return problem(session.problem)


def _next(session: WizardSession, step: str, following: str | None) -> Block | None:
    if step == "review":
        return {"do": "start", "label": _("Start the search"), "enabled": session.can_open("run")}
    if following is None or step == "run":
        return None
    return {
        "do": "go",
        "step": following,
        "label": _next_labels()[following],
        "enabled": session.can_open(following) and session.busy is None,
    }


def _next_labels() -> dict[str, str]:
    return {
        "target": _("Next: Target"),
        "goal": _("Next: Goal"),
        "limits": _("Next: Limits"),
        "review": _("Next: Review"),
    }
