"""Errors a person can act on.

    AutomlMagicError                 what happened, why, what to do next
    ├── DataError                    the table cannot be used
    │   ├── DataNotReadable          missing, empty, binary, wrong encoding, too large, …
    │   ├── TargetNotFound           the column to predict is not there
    │   └── TargetNotUsable          constant, all missing, unique per row, …
    ├── SpecError                    the experiment file, with the line
    │   ├── UnknownField
    │   └── WrongType
    ├── PlanError                    what was asked cannot be planned
    │   ├── UnknownMetric
    │   ├── MetricDoesNotFit
    │   ├── BudgetTooSmall
    │   └── TooFewRows
    ├── SecretError                  a secret is not where its reference says, or others may read it
    ├── RenderError                  a value or a name may not enter a notebook
    ├── RunError                     a run could not start, or did not succeed
    │   ├── RunNotFound
    │   ├── FolderBusy               another run works in this folder
    │   ├── FolderTaken              the folder already holds a plan, or is a file
    │   ├── FolderNotWritable        read-only, or the disk is full
    │   ├── RunFailed                a cell raised, died, timed out, ran out of memory, …
    │   └── IllegalTransition
    ├── ArtifactTampered             bytes on disk are not the bytes that were written
    ├── ModelNotFound                no model version of that name, version or alias
    ├── ModelRefused                 a model may not be registered: its name, or a file in it
    │   └── NotApproved              nobody has approved these bytes, or the signature is not theirs
    ├── DeploymentError              an endpoint cannot be started or changed
    │   ├── DeploymentNotFound
    │   └── RouteChanged             somebody else changed the route in between
    ├── MonitorError                 a window cannot be judged, or an alert cannot be sent
    ├── OutboundError                somebody else's server was not called
    │   ├── OutboundRefused          it may not be called: an address of this network, plain HTTP, …
    │   └── OutboundFailed           it cannot be reached, or does not answer in time
    ├── StreamError                  a topic cannot be read, or its results cannot be written
    ├── WorkspaceError               no workspace of that name
    ├── StoreError                   the store of approvals, routes and predictions does not answer
    └── TrackingError                the tracking store does not answer, or cannot be used

Each says by its `status` what it means over a network. Whoever answers there (the server over
HTTP and gRPC, the lab) reads that; nobody keeps a list of errors.

A surprise (a bug of ours, or of a library) is not in this tree: it fails loudly with its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import ClassVar

# Labels of the second and third line of an error. The command reads them from a server's log.
WHY, DO = "Why:", "Do:"


class AutomlMagicError(Exception):
    """An error a person can act on: what happened, why, and what to do next.

    Attributes
    ----------
    status : int
        The HTTP status that says the same.
    retry_after_s : float or None
        Set where the same may succeed later although nobody changes anything: when to try again.
    """

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    retry_after_s: float | None = None

    def __init__(self, what: str, *, why: str, fix: str) -> None:
        super().__init__(what, why, fix)
        self.what, self.why, self.fix = what, why, fix

    def __str__(self) -> str:
        return f"{self.what}\n  {WHY} {self.why}\n  {DO}  {self.fix}"

    # Errors travel back from worker processes. Subclasses may take their own arguments, and the
    # default pickling would call them with ours.
    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.what, self.why, self.fix, self.__dict__)


def _restore(
    kind: type[AutomlMagicError], what: str, why: str, fix: str, attributes: dict[str, object]
) -> AutomlMagicError:
    error = kind.__new__(kind)
    AutomlMagicError.__init__(error, what, why=why, fix=fix)
    error.__dict__.update(attributes)
    return error


def near_miss(wrong: str, known: Iterable[str]) -> str | None:
    """Return the known word closest to a wrong one, letter case aside, or None."""
    by_lower = {word.lower(): word for word in known}
    close = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def shorten(words: Sequence[str], limit: int = 6) -> str:
    """Join the first few words, each cut to 40 characters, and say that there are more."""
    shown = [word if len(word) <= 40 else word[:39] + "…" for word in words[:limit]]
    return ", ".join(shown) + (", …" if len(words) > limit else "")


class DataError(AutomlMagicError):
    """The table cannot be used."""


class DataNotReadable(DataError):
    """The source is missing, empty, binary, too large, or not in the format its name says."""


class TargetNotFound(DataError):
    """The column to predict is not in the data."""

    def __init__(self, target: str, columns: Sequence[str]) -> None:
        close = near_miss(target, columns)
        super().__init__(
            f"The data has no column {target!r}.",
            why=f"It has {len(columns)} columns: {shorten(columns)}.",
            fix=f"Use --target {close!r}." if close else "Use one of these names with --target.",
        )


class TargetNotUsable(DataError):
    """The column to predict is constant, all missing, unique per row, or otherwise no target."""


class SpecError(AutomlMagicError):
    """The experiment file says something that cannot be understood."""


class UnknownField(SpecError):
    """The experiment file has a field that does not exist."""


class WrongType(SpecError):
    """A field of the experiment file holds a value of the wrong type or outside its range."""


class PlanError(AutomlMagicError):
    """What was asked cannot be planned."""


class UnknownMetric(PlanError):
    """No metric has this name."""


class MetricDoesNotFit(PlanError):
    """The metric exists but cannot score this kind of task."""


class BudgetTooSmall(PlanError):
    """Not even the smallest model can be trained in this time."""


class TooFewRows(PlanError):
    """The table has fewer rows than the split needs."""


class SecretError(AutomlMagicError):
    """A reference to a secret is none, leads to nothing, or leads to what others may read."""


class RenderError(AutomlMagicError):
    """A value or a name may not enter a notebook, or a template and its values do not match."""


class RunError(AutomlMagicError):
    """A run could not start or did not succeed."""

    status = HTTPStatus.CONFLICT


class RunNotFound(RunError):
    """No run has this id."""

    status = HTTPStatus.NOT_FOUND


class FolderBusy(RunError):
    """Another run is working in this folder."""

    retry_after_s = 5.0


class FolderTaken(RunError):
    """The folder already holds a plan, or is a file."""


class FolderNotWritable(RunError):
    """The folder cannot be written: read-only, a file in its place, or a full disk."""


class RunFailed(RunError):
    """A notebook did not reach its end. `kind` and `cell_id` say how and where."""

    def __init__(self, what: str, *, why: str, fix: str, kind: str, cell_id: str | None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.kind, self.cell_id = kind, cell_id


class IllegalTransition(RunError):
    """A run record was asked to make a step that its status does not allow."""


class ArtifactTampered(AutomlMagicError):
    """The bytes on disk are not the bytes that were written."""

    status = HTTPStatus.CONFLICT


class ModelNotFound(AutomlMagicError):
    """The registry has no model version under this name, version or alias."""

    status = HTTPStatus.NOT_FOUND


class ModelRefused(AutomlMagicError):
    """A model may not be registered: its name breaks a rule, or a file in it is not allowed."""


class NotApproved(ModelRefused):
    """Nobody has approved these bytes, the approval was revoked, or the signature is not theirs."""


class DeploymentError(AutomlMagicError):
    """An endpoint cannot be started or changed."""


class DeploymentNotFound(DeploymentError):
    """No deployment has this name."""

    status = HTTPStatus.NOT_FOUND


class RouteChanged(DeploymentError):
    """The route is not the one that was read: somebody else changed it in between."""

    status = HTTPStatus.CONFLICT


class MonitorError(AutomlMagicError):
    """A window of predictions cannot be judged, or an alert cannot be sent."""


class OutboundError(AutomlMagicError):
    """Somebody else's server was not called."""


class OutboundRefused(OutboundError):
    """The server may not be called, now or later: the URL or one of its addresses is forbidden."""


class OutboundFailed(OutboundError):
    """The server cannot be reached, or does not answer in time. It may do so later."""

    status = HTTPStatus.BAD_GATEWAY
    retry_after_s = 5.0


class StreamError(AutomlMagicError):
    """A topic cannot be read, or its results cannot be written."""


class WorkspaceError(AutomlMagicError):
    """No workspace of this name is configured, or what should be one is none."""


class StoreError(AutomlMagicError):
    """The store of approvals, routes and predictions does not answer, or cannot be used."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 5.0


class TrackingError(AutomlMagicError):
    """The tracking store does not answer, or cannot be used. It never fails a run."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 5.0
