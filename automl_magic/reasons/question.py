"""What was decided before anything ran: the task, the metric, the split, the columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from automl_magic.errors import shorten
from automl_magic.reasons.account import Reason
from automl_magic.reasons.files import Decided, RunFiles
from automl_magic.records import EXCLUDED, Decision, DecisionKind, Severity

# Columns are told in a section of their own, and the candidates with the trials.
_ELSEWHERE = (DecisionKind.COLUMN, DecisionKind.CANDIDATES)
_SAID = re.compile(r"^(?P<about>[^:]{1,100}): (?P<choice>.*?)\. (?P<why>.+)$")


def question(files: RunFiles) -> tuple[Reason, ...]:
    """Tell the plan's decisions, except those on columns and candidates."""
    if files.plan is None:
        return _from_cells(files)
    return tuple(
        reason_of(files, decision)
        for decision in files.plan.decisions
        if decision.about not in _ELSEWHERE
    )


def left_out(files: RunFiles) -> tuple[Reason, ...]:
    """Tell why columns are seen by no model; columns with one and the same reason together."""
    by_why: dict[str, list[Decision]] = {}
    for decision in files.plan.decisions if files.plan else ():
        if decision.excludes_column:
            by_why.setdefault(decision.why, []).append(decision)
    reasons = [_together(files, same) for same in by_why.values()]
    dropped = (
        decided_reason(files, decided)
        for decided in files.decided
        if decided.about == DecisionKind.COLUMN
    )
    return (*reasons, *dropped)


def noticed(files: RunFiles) -> tuple[Reason, ...]:
    """Tell the findings of the checks that led to no column being left out."""
    findings = files.plan.dataset.findings if files.plan else ()
    return tuple(
        Reason(
            about=found.code,
            choice=found.title.rstrip("."),
            why=f"{found.detail} {found.fix}".strip(),
            evidence=found.evidence,
        )
        for found in findings
        if found.severity is not Severity.INFO and not found.drop
    )


def reason_of(files: RunFiles, decision: Decision) -> Reason:
    """Tell a decision of the plan, with the cell that gives the same reason."""
    return Reason(
        about=decision.about,
        name=decision.name,
        choice=decision.choice,
        why=decision.why,
        link=files.cell_that_says(decision.why),
        evidence=decision.evidence,
        rejected=decision.rejected,
    )


def decided_reason(files: RunFiles, decided: Decided) -> Reason:
    """Tell a decision of the search."""
    return Reason(
        about=decided.about,
        name=decided.name,
        candidate=files.candidate_of(decided),
        choice=decided.choice,
        why=decided.why,
        link=files.link(decided.cell_id),
        evidence=decided.evidence,
        rejected=decided.rejected,
        at_s=decided.at_s,
    )


def _together(files: RunFiles, same: list[Decision]) -> Reason:
    first = reason_of(files, same[0])
    if len(same) == 1:
        return first
    names = [decision.name for decision in same]
    return Reason(
        about=f"{len(names)} columns",
        choice=EXCLUDED,
        why=f"{shorten(names)}: {first.why}",
        link=first.link,
        evidence={"columns": names},
        rejected=first.rejected,
    )


def _from_cells(files: RunFiles) -> tuple[Reason, ...]:
    """Tell what the cells say about themselves, where the run keeps no plan."""
    reasons = []
    for cell_id, metadata in files.cells.items():
        for line in str(metadata.get("why") or "").split("\n"):
            if not line or cell_id.startswith("candidate-"):
                continue
            said = _SAID.match(line)
            about, choice, why = said.groups() if said else (cell_id, "", line)
            evidence = _mapping(metadata.get("evidence"))
            reasons.append(
                Reason(
                    about=about,
                    choice=choice,
                    why=why,
                    link=files.link(cell_id),
                    evidence=_mapping(evidence.get(about)) or (evidence if not said else {}),
                )
            )
    return tuple(reasons)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
