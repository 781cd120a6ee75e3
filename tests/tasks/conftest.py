"""The tables of the planning tests: described, and without rows."""

from tests.planning.conftest import column, customers, dataset, plan, target  # noqa: F401
