"""A toy section: the distance of the probabilities from the threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import SectionResult
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.records.explanations.section import Section


@dataclass(frozen=True, kw_only=True)
class Decisiveness(Section):
    name: ClassVar[str] = "decisiveness"

    mean: float
    beyond: float

    def headline(self):
        return {"decisiveness": self.mean}


SECTION = ExplainSection(
    record=Decisiveness,
    part=ExplainPart.TRUST,
    position=9,
    requirements=(TaskRequirement("has_threshold", "Only two classes can be even."),),
    values=lambda plan: {"far": plan.split.holdout + 0.05},
)


@SECTION.cell
def decisiveness(subject: Explainer, /, *, far: float) -> SectionResult:
    """Measure how far the probabilities are from the threshold."""
    distance = np.abs(subject.unseen.predicted[:, 1] - subject.model.threshold)
    section = Decisiveness(
        **unseen_metadata(subject, "The mean distance from the threshold."),
        mean=round(float(distance.mean()), 6),
        beyond=round(float((distance > far).mean()), 6),
    )
    return section, CellOutput(notes=[f"On average {section.mean:.3f} from the threshold."])
