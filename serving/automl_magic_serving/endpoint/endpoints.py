"""All deployments of one worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from automl_magic_serving.endpoint.endpoint import Endpoint


class Endpoints:
    """All deployments of one worker by name, in the order given to the server."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = dict(endpoints)
        self.is_draining = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the deployments."""
        return tuple(self._endpoints)

    @property
    def ready(self) -> bool:
        """Whether every deployment is loaded and this worker isn't draining."""
        return not self.is_draining and all(endpoint.takes_requests for endpoint in self)

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(self._endpoints.values())

    def get(self, name: str) -> Endpoint | None:
        """Return the endpoint of a deployment, or None."""
        return self._endpoints.get(name)
