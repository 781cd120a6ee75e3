"""A section of a report that can't be computed or written is skipped with its reason."""

import math
from dataclasses import dataclass, replace

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.section_cell import section_cell
from automl_magic.records import Record


@dataclass(frozen=True, kw_only=True)
class Sizes(Record):
    values: tuple[float, ...]


class Report:
    def __init__(self):
        self.sections, self.skipped = {}, {}

    def add_section(self, name, section, output, seconds, /):
        self.sections[name] = section
        return replace(output, notes=(f"{seconds >= 0}",))

    def skip_section(self, name, why):
        self.skipped[name] = why


@section_cell("sizes")
def sizes(report, /, *values):
    return Sizes(values=values), CellOutput()


def test_a_section_of_finite_numbers_is_stored():
    report = Report()

    sizes(report, 1.0, 2.5)

    assert report.sections == {"sizes": Sizes(values=(1.0, 2.5))}
    assert report.skipped == {}


def test_a_section_with_a_number_that_is_not_finite_is_skipped_by_its_name():
    report = Report()

    output = sizes(report, 1.0, math.nan)

    assert report.sections == {}
    assert report.skipped == {"sizes": "Its value 'values.1' is undefined or too large."}
    assert output.notes == ("Skipped: Its value 'values.1' is undefined or too large.",)
