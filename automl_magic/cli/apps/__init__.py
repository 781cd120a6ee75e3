"""apps: dashboards in a browser, each a server of its own on the loopback address."""
