"""planning: Dataset → Plan. Decides what to try, in which order, and why; trains nothing."""

from automl_magic.planning.plan import make_plan
from automl_magic.planning.problems import problems_in
from automl_magic.planning.spec import parse_spec, read_spec
from automl_magic.planning.spec_text import format_spec

__all__ = ["format_spec", "make_plan", "parse_spec", "problems_in", "read_spec"]
