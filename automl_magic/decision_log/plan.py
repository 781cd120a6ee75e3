"""Decisions made before the run: the task, the metric, the split, the columns."""

from __future__ import annotations

import re
from collections.abc import Mapping

from automl_magic.decision_log.files import RunFiles, SearchDecision
from automl_magic.decision_log.log import Reason
from automl_magic.errors import shorten
from automl_magic.records import EXCLUDED, Decision, DecisionKind, Severity

# Columns have their own section, and the candidates are listed with the trials.
_ELSEWHERE = (DecisionKind.COLUMN, DecisionKind.CANDIDATES)
_CELL_LINE = re.compile(r"^(?P<about>[^:]{1,100}): (?P<choice>.*?)\. (?P<why>.+)$")


def plan_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return the plan's decisions, except those about columns and candidates."""
    if files.plan is None:
        return _from_cells(files)
    return tuple(
        plan_reason(files, decision)
        for decision in files.plan.decisions
        if decision.about not in _ELSEWHERE
    )


def excluded_columns(files: RunFiles) -> tuple[Reason, ...]:
    """Return why columns are excluded. Columns with the same reason are grouped."""
    by_why: dict[str, list[Decision]] = {}
    for decision in files.plan.decisions if files.plan else ():
        if decision.excludes_column:
            by_why.setdefault(decision.why, []).append(decision)
    reasons = [_grouped(files, decisions) for decisions in by_why.values()]
    during_search = (
        search_reason(files, decision)
        for decision in files.decisions
        if decision.about == DecisionKind.COLUMN
    )
    return (*reasons, *during_search)


def data_findings(files: RunFiles) -> tuple[Reason, ...]:
    """Return the findings of the data checks that didn't exclude a column."""
    findings = files.plan.dataset.findings if files.plan else ()
    return tuple(
        Reason(
            about=finding.code,
            choice=finding.title.rstrip("."),
            why=f"{finding.detail} {finding.fix}".strip(),
            evidence=finding.evidence,
        )
        for finding in findings
        if finding.severity is not Severity.INFO and not finding.drop
    )


def plan_reason(files: RunFiles, decision: Decision) -> Reason:
    """Return a decision of the plan, linked to the cell that gives the same reason."""
    return Reason(
        about=decision.about,
        name=decision.name,
        choice=decision.choice,
        why=decision.why,
        link=files.cell_with_reason(decision.why),
        evidence=decision.evidence,
        rejected=decision.rejected,
    )


def search_reason(files: RunFiles, decision: SearchDecision) -> Reason:
    """Return a decision of the search as a reason."""
    return Reason(
        about=decision.about,
        name=decision.name,
        candidate=files.candidate_of(decision),
        choice=decision.choice,
        why=decision.why,
        link=files.link(decision.cell_id),
        evidence=decision.evidence,
        rejected=decision.rejected,
        at_s=decision.at_s,
    )


def _grouped(files: RunFiles, decisions: list[Decision]) -> Reason:
    first = plan_reason(files, decisions[0])
    if len(decisions) == 1:
        return first
    names = [decision.name for decision in decisions]
    return Reason(
        about=f"{len(names)} columns",
        choice=EXCLUDED,
        why=f"{shorten(names)}: {first.why}",
        link=first.link,
        evidence={"columns": names},
        rejected=first.rejected,
    )


def _from_cells(files: RunFiles) -> tuple[Reason, ...]:
    """Return the decisions in the metadata of the cells, for a run without a plan."""
    reasons = []
    for cell_id, metadata in files.cells.items():
        for line in str(metadata.get("why") or "").split("\n"):
            if not line or cell_id.startswith("candidate-"):
                continue
            match = _CELL_LINE.match(line)
            about, choice, why = match.groups() if match else (cell_id, "", line)
            evidence = _mapping(metadata.get("evidence"))
            reasons.append(
                Reason(
                    about=about,
                    choice=choice,
                    why=why,
                    link=files.link(cell_id),
                    evidence=_mapping(evidence.get(about)) or (evidence if not match else {}),
                )
            )
    return tuple(reasons)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
