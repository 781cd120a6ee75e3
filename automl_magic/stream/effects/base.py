"""What every kind of effect is: it takes a batch and its positions in one transaction."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl_magic.stream.messages import Place
from automl_magic.stream.scorer import Scored
from automl_magic.stream.windows.state import Document


class NotNow(Exception):
    """Nothing of the batch has happened, and it may be tried again."""


class Overtaken(Exception):
    """Another process has read further: nothing of the batch has happened, and nothing may."""


@dataclass(frozen=True)
class Batch:
    """What became of some messages, and how far each partition is read then.

    `before` is how far each was read when the batch began: None where nothing is known of it.
    """

    scored: Scored
    before: Mapping[Place, int | None]
    after: Mapping[Place, int]


class Effects(ABC):
    """Where results go."""

    @abstractmethod
    def positions(self, places: Sequence[Place]) -> dict[Place, int | None]:
        """Return the next offset to read of each partition; None where none was ever read.

        Raises
        ------
        NotNow, StreamError, StoreError
        """

    @abstractmethod
    def commit(self, batch: Batch) -> None:
        """Make all effects of a batch and its positions happen, or none.

        Raises
        ------
        NotNow, Overtaken
            Nothing has happened.
        StreamError, StoreError
            Nothing can happen until somebody mends something.
        """

    def state(self, place: Place, key: str) -> Document | None:
        """Return the committed state of a window, if it is kept here."""
        raise NotImplementedError(f"{place} {key}")

    def close(self) -> None:  # noqa: B027 - the store holds nothing
        """Let go of what is held."""
