"""plan: Dataset → Plan. Decides what to try, in which order, and why; trains nothing."""

from automl_magic.plan.planning import make_plan
from automl_magic.plan.spec import parse_spec, read_spec
from automl_magic.plan.spec_text import format_spec

__all__ = ["format_spec", "make_plan", "parse_spec", "read_spec"]
