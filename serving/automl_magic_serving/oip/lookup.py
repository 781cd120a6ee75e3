"""Look up the deployments and versions that requests name."""

from __future__ import annotations

from automl_magic_serving.auth.problem import HttpProblem, not_found_error
from automl_magic_serving.endpoint import Endpoint, Endpoints

_MAX_DIGITS = 9


def find_endpoint(endpoints: Endpoints, name: str) -> Endpoint:
    """Return a deployment that takes requests, or raise 404 or 503."""
    endpoint = endpoints.get(name)
    if endpoint is None:
        raise not_found_error(f"Deployment {name[:200]!r} isn't served here.")
    if not endpoint.takes_requests:
        raise HttpProblem(503, "not_ready", f"{name!r} isn't loaded yet.", retry_after_s=1.0)
    return endpoint


def find_version(endpoint: Endpoint, version: str) -> int:
    """Return the number of a served version, or raise 404."""
    is_number = version.isascii() and version.isdigit() and len(version) <= _MAX_DIGITS
    if not is_number or version.startswith("0"):
        raise not_found_error(f"{version[:40]!r} isn't a model version.")
    endpoint.model(int(version))
    return int(version)
