"""Browser dashboards. Each has its own server on the loopback address."""
