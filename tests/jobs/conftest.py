"""A home of its own, and reports as the monitor notebook writes them."""

from tests.monitor.alerts.conftest import home, report  # noqa: F401
