"""Look up the deployments and versions that requests name."""

from __future__ import annotations

from automl_magic_serving.endpoint import Endpoint, Endpoints
from automl_magic_serving.gate.problem import Problem, not_found

_MAX_DIGITS = 9


def endpoint_of(endpoints: Endpoints, name: str) -> Endpoint:
    """Return a deployment that takes requests, or raise 404 or 503."""
    endpoint = endpoints.get(name)
    if endpoint is None:
        raise not_found(f"Deployment {name[:200]!r} isn't served here.")
    if not endpoint.takes_requests:
        raise Problem(503, "not_ready", f"{name!r} isn't loaded yet.", retry_after_s=1.0)
    return endpoint


def version_of(endpoint: Endpoint, version: str) -> int:
    """Return the number of a served version, or raise 404."""
    is_number = version.isascii() and version.isdigit() and len(version) <= _MAX_DIGITS
    if not is_number or version.startswith("0"):
        raise not_found(f"{version[:40]!r} isn't a model version.")
    endpoint.served(int(version))
    return int(version)
