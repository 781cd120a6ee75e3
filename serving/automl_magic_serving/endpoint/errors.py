"""What a caller may be told."""

from __future__ import annotations


class Late(Exception):
    """The version did not answer within the deployment's `timeout_s`."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(f"No answer within {timeout_s:g} s.")
        self.timeout_s = timeout_s


class NotRouted(Exception):
    """The version that was asked for by number is none of those that answer now."""

    def __init__(self, version: int, answering: tuple[int, ...]) -> None:
        named = ", ".join(map(str, answering))
        super().__init__(f"Version {version} does not answer here; {named} does.")
        self.version, self.answering = version, answering
