"""validation: choose the split, and check on the rows that each of its parts can be scored."""

from automl_magic.tasks.validation.check import CODE, ValidationPlan, make_validation

__all__ = ["CODE", "ValidationPlan", "make_validation"]
