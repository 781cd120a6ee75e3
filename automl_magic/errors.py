"""Errors that users can fix.

    AutomlMagicError                 what happened, why, what to do next
    ├── DataError                    the table can't be used
    │   ├── DataNotReadable          missing, empty, binary, wrong encoding, too large, …
    │   ├── TargetNotFound           the target column doesn't exist
    │   └── TargetNotUsable          constant, all missing, unique per row, …
    ├── SpecError                    the experiment file is invalid, with the line
    │   ├── UnknownField
    │   └── WrongType
    ├── PlanError                    the options can't be planned
    │   ├── UnknownMetric
    │   ├── MetricDoesNotFit
    │   ├── BudgetTooSmall
    │   └── TooFewRows
    ├── SecretError                  a secret is missing, or other users can read it
    ├── RenderError                  a value or a name isn't allowed in a notebook
    ├── RunError                     a run couldn't start or didn't succeed
    │   ├── RunNotFound
    │   ├── FolderBusy               another run uses this folder
    │   ├── FolderTaken              the folder already contains a plan, or is a file
    │   ├── FolderNotWritable        read-only, or the disk is full
    │   ├── WorkingDirectoryGone     the working directory has been deleted
    │   ├── RunFailed                a cell raised, crashed, timed out, ran out of memory, …
    │   └── IllegalTransition
    ├── ArtifactTampered             a file on disk has been modified
    ├── ModelNotFound                no model version with this name, version or alias
    ├── ModelRefused                 a model can't be registered: its name, or a file in it
    │   └── NotApproved              no approval, or its signature is invalid
    ├── DeploymentError              an endpoint can't be started or changed
    │   ├── DeploymentNotFound
    │   ├── IncompatibleSchema       a version would refuse requests that the served one accepts
    │   └── RouteChanged             the route changed since it was read
    ├── MonitorError                 a window can't be checked, or an alert can't be sent
    ├── OutboundError                an external server wasn't called
    │   ├── OutboundRefused          not allowed: an internal address, plain HTTP, …
    │   └── OutboundFailed           unreachable, or no response in time
    ├── StreamError                  a topic can't be read, or its results can't be written
    ├── WorkspaceError               no workspace with this name
    ├── TrackingError                the tracking store or model registry can't be used
    │   └── TrackingUnreachable      its server doesn't answer
    └── StoreError                   the store of approvals, routes and predictions doesn't respond

The `status` of an error is its HTTP status. The server (HTTP and gRPC) and the JupyterLab
extension use it, so there's no other list of errors.

Unexpected errors (bugs in our code or a library) aren't in this tree. They print a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from typing import ClassVar, Self

# Labels of the second and third line of an error. The command also finds errors in logs by them.
WHY, DO = "Why:", "Do:"


class AutomlMagicError(Exception):
    """An error that users can fix: what happened, why, and what to do next.

    Attributes
    ----------
    status : int
        HTTP status.
    retry_after_s : float or None, seconds
        Time after which a retry can succeed without changes. None if it can't.
    """

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    retry_after_s: float | None = None

    def __init__(self, what: str, *, why: str, fix: str) -> None:
        super().__init__(what, why, fix)
        self.what, self.why, self.fix = what, why, fix

    def __str__(self) -> str:
        return f"{self.what}\n  {WHY} {self.why}\n  {DO}  {self.fix}"

    # Worker processes send errors by pickle. Subclasses can have other arguments, and the default
    # pickling would pass them ours.
    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.what, self.why, self.fix, self.__dict__)


def _restore(
    kind: type[AutomlMagicError], what: str, why: str, fix: str, attributes: dict[str, object]
) -> AutomlMagicError:
    error = kind.__new__(kind)
    AutomlMagicError.__init__(error, what, why=why, fix=fix)
    error.__dict__.update(attributes)
    return error


def closest_match(wrong: str, valid_names: Iterable[str]) -> str | None:
    """Return the valid name that is most similar to a wrong one, ignoring case, or None."""
    by_lower = {name.lower(): name for name in valid_names}
    matches = get_close_matches(wrong.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def shorten(names: Sequence[str], limit: int = 6) -> str:
    """Join the first few names, each cut to 40 characters, with "…" if there are more."""
    visible = [name if len(name) <= 40 else name[:39] + "…" for name in names[:limit]]
    return ", ".join(visible) + (", …" if len(names) > limit else "")


class DataError(AutomlMagicError):
    """The table can't be used."""


class DataNotReadable(DataError):
    """The source is missing, empty, binary, too large, or not in the format of its suffix."""


class TargetNotFound(DataError):
    """The target column isn't in the data."""

    def __init__(self, target: str, columns: Sequence[str]) -> None:
        close = closest_match(target, columns)
        super().__init__(
            f"The data has no column {target!r}.",
            why=f"It has {len(columns)} columns: {shorten(columns)}.",
            fix=f"Use --target {close!r}." if close else "Use one of these names as --target.",
        )


class TargetNotUsable(DataError):
    """The target is constant, all missing, unique per row, or unusable for another reason."""


class SpecError(AutomlMagicError):
    """The experiment file is invalid.

    Attributes
    ----------
    line : int or None
        Line in the file, counted from 1, if it's known.
    detail : str
        What is wrong, without the file and the line.
    """

    line: int | None = None

    def __init__(self, what: str, *, why: str, fix: str) -> None:
        super().__init__(what, why=why, fix=fix)
        self.detail = what

    @classmethod
    def at_line(cls, file: str, line: int, detail: str, *, why: str, fix: str) -> Self:
        """Return an error whose first part starts with the file and the line."""
        error = cls(f"{file}, line {line}: {detail}", why=why, fix=fix)
        error.line, error.detail = line, detail
        return error


class UnknownField(SpecError):
    """The experiment file has an unknown field."""


class WrongType(SpecError):
    """A field of the experiment file has a value of the wrong type or out of range."""


class PlanError(AutomlMagicError):
    """The options can't be planned."""


class UnknownMetric(PlanError):
    """No metric has this name."""


class MetricDoesNotFit(PlanError):
    """The metric can't score this task type."""


class BudgetTooSmall(PlanError):
    """The budget is too short to train even the smallest model."""


class TooFewRows(PlanError):
    """The table has fewer rows than the split needs."""


class SecretError(AutomlMagicError):
    """A reference to a secret is invalid, the secret is missing, or other users can read it."""


class RenderError(AutomlMagicError):
    """A value or name isn't allowed in a notebook, or doesn't match the template."""


class RunError(AutomlMagicError):
    """A run couldn't start or didn't succeed."""

    status = HTTPStatus.CONFLICT


class RunNotFound(RunError):
    """No run has this ID."""

    status = HTTPStatus.NOT_FOUND


class FolderBusy(RunError):
    """Another run uses this folder."""

    retry_after_s = 5.0


class FolderTaken(RunError):
    """The folder already contains a plan, or is a file."""


class FolderNotWritable(RunError):
    """The folder can't be written: it's read-only or a file, or the disk is full."""


class WorkingDirectoryGone(RunError):
    """The working directory has been deleted, so paths can't be resolved."""


class RunFailed(RunError):
    """A notebook didn't finish. `kind` is the type of failure, `cell_id` the cell."""

    def __init__(self, what: str, *, why: str, fix: str, kind: str, cell_id: str | None) -> None:
        super().__init__(what, why=why, fix=fix)
        self.kind, self.cell_id = kind, cell_id


class IllegalTransition(RunError):
    """The status of a run doesn't allow this change."""


class ArtifactTampered(AutomlMagicError):
    """A file on disk isn't the one that was written."""

    status = HTTPStatus.CONFLICT


class ModelNotFound(AutomlMagicError):
    """The registry has no model version with this name, version or alias."""

    status = HTTPStatus.NOT_FOUND


class ModelRefused(AutomlMagicError):
    """A model can't be registered: its name is invalid, or a file in it isn't allowed."""


class NotApproved(ModelRefused):
    """The files aren't approved, the approval was revoked, or its signature is invalid."""


class DeploymentError(AutomlMagicError):
    """An endpoint can't be started or changed."""


class DeploymentNotFound(DeploymentError):
    """No deployment has this name."""

    status = HTTPStatus.NOT_FOUND


class IncompatibleSchema(DeploymentError):
    """A version would refuse requests that the served version accepts, or answer differently."""

    status = HTTPStatus.CONFLICT


class RouteChanged(DeploymentError):
    """The route has changed since it was read."""

    status = HTTPStatus.CONFLICT


class MonitorError(AutomlMagicError):
    """A window of predictions can't be checked, or an alert can't be sent."""


class OutboundError(AutomlMagicError):
    """An external server wasn't called."""


class OutboundRefused(OutboundError):
    """Calling the server isn't allowed, because of its URL or one of its addresses."""


class OutboundFailed(OutboundError):
    """The server can't be reached or doesn't respond in time. A retry can succeed."""

    status = HTTPStatus.BAD_GATEWAY
    retry_after_s = 5.0


class StreamError(AutomlMagicError):
    """A topic can't be read, or its results can't be written."""


class WorkspaceError(AutomlMagicError):
    """No workspace with this name is configured, or its configuration is invalid."""


class StoreError(AutomlMagicError):
    """The store of approvals, routes and predictions doesn't respond or can't be used."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 5.0


class TrackingError(AutomlMagicError):
    """The tracking store doesn't respond or can't be used. This never fails a run."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 5.0


class TrackingUnreachable(TrackingError):
    """The server of the tracking store or model registry doesn't answer."""
