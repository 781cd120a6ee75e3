"""Errors of a prediction that callers see."""

from __future__ import annotations


class PredictionTimeout(Exception):
    """There was no prediction within the deployment's `timeout_s`."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"No prediction within {timeout_s:g} s.")
        self.timeout_s = timeout_s


class NotRouted(Exception):
    """The requested version isn't served now."""

    def __init__(self, version: int, answering: tuple[int, ...]) -> None:
        versions = ", ".join(map(str, answering))
        super().__init__(f"Version {version} isn't served here. Served versions: {versions}.")
        self.version, self.serving_versions = version, answering
