"""What a source is: a kind of place where tables lie, and all that the product asks of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl_magic.data.limits import Limits
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader

DEFAULT_LIMITS = Limits()
SCHEMA_ROWS = 1_000


@dataclass(frozen=True)
class Offer:
    """A table that may be named without looking anything up: `text` names it to a program."""

    text: str
    name: str
    note: str = ""


class Source(ABC):
    """A kind of place where tables lie. One object serves all its tables; a text names each.

    A subclass says which texts are its own, gives the rows in Arrow batches, and the code that
    loads them without us. The rest follows from these, and may be overridden by what is quicker.

    A text is written into plans, notebooks and runs, so it holds no secret: a credential in it is
    a reference (`automl_magic.secrets`), which `batches` resolves when it connects.

    Attributes
    ----------
    name : str
        What `dataset.read["format"]` says; where there is a scheme, the scheme.
    is_path : bool
        Whether a text is a path of this machine, which may be relative to some folder.
    in_help : str
        Description of its texts for the help of commands: "sklearn:NAME for one of …".
    offers_title, offers_note : str
        Heading and note above its offers in the wizard.
    """

    name: ClassVar[str]
    is_path: ClassVar[bool] = False
    in_help: ClassVar[str] = ""

    @property
    def offers_title(self) -> str:
        return ""

    @property
    def offers_note(self) -> str:
        return ""

    def matches(self, text: str) -> bool:
        """Say whether a text names a table of this source."""
        return text.startswith(f"{self.name}:")

    def place(self, text: str) -> str:
        """Return what a text says behind the scheme."""
        return text.removeprefix(f"{self.name}:")

    def locate(self, text: str) -> str:
        """Return a text as it is written down, so that it means the same in any folder.

        Raises
        ------
        DataNotReadable
            If there is no such table, as far as that is known without reading.
        """
        return text

    def title(self, text: str) -> str:
        """Return what a table is called."""
        return self.place(text).partition("?")[0].rpartition("/")[2] or self.name

    def options(self, text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
        """Return what `code` must know of how a table is read: JSON values, kept in the plan."""
        del text, limits
        return {}

    @abstractmethod
    def batches(self, text: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        """Give the rows in their order, a batch at a time; there is at least one batch.

        Raises
        ------
        DataError, SecretError
        """

    @abstractmethod
    def code(self, text: str, options: Mapping[str, Any]) -> LoadCode:
        """Return how a notebook that runs without us loads a table.

        Parameters
        ----------
        options
            Those that `options` returned when the table was planned.
        """

    def load(self, text: str, limits: Limits = DEFAULT_LIMITS) -> pd.DataFrame:
        """Read a table as a whole.

        Raises
        ------
        DataError, SecretError
        """
        import pyarrow as pa

        found, n_rows = [], 0
        for batch in self.batches(text, limits):
            n_rows += batch.num_rows
            _check(text, batch.num_columns, n_rows, limits)
            found.append(batch)
        frame: pd.DataFrame = pa.Table.from_batches(found).to_pandas()
        if len(frame) == 0:
            raise DataNotReadable(
                f"{text[:80]!r} has no rows.",
                why=f"It has {frame.shape[1]:,} columns and nothing in them.",
                fix="Name a table with rows in it.",
            )
        return frame

    def preview(self, text: str, n_rows: int = 5, limits: Limits = DEFAULT_LIMITS) -> pd.DataFrame:
        """Return the first rows of a table, and read little more."""
        import pyarrow as pa

        found, missing = [], n_rows
        for batch in self.batches(text, limits):
            found.append(batch.slice(0, missing))
            missing -= found[-1].num_rows
            if missing <= 0:
                break
        frame: pd.DataFrame = pa.Table.from_batches(found).to_pandas()
        return frame

    def schema(self, text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, str]:
        """Return how the values of each column are stored: `number`, `boolean`, `date` or `text`.

        Where a source has no types of its own, this is what its first rows say.
        """
        from automl_magic.data.storage import stored_as

        head = self.preview(text, SCHEMA_ROWS, limits)
        return {str(name): stored_as(head[name]) for name in head.columns}

    def sample(
        self, text: str, n_rows: int, seed: int, limits: Limits = DEFAULT_LIMITS
    ) -> pd.DataFrame:
        """Return some rows drawn without replacement, in their order: the same for a seed."""
        from automl_magic.data.sources.sampling import drawn

        frame: pd.DataFrame = drawn(self.batches(text, limits), n_rows, seed).to_pandas()
        return frame

    def reader(self, text: str, stored_as: Mapping[str, str]) -> Reader:
        """Return a reader for batch prediction; the table may be larger than memory.

        Parameters
        ----------
        stored_as
            How the values of each column lay in training, for what has no types of its own.
        """
        from automl_magic.batch.readers import ArrowReader

        del stored_as
        unlimited = Limits(rows=1 << 62, file_bytes=1 << 62)
        return ArrowReader(lambda: self.batches(text, unlimited), self.identity(text))

    def identity(self, text: str) -> Any:
        """Return what tells a table from another without reading it, as JSON.

        None where nothing does: then a batch prediction cannot be resumed.
        """
        del text

    def fingerprint(self, text: str, limits: Limits = DEFAULT_LIMITS) -> str:
        """Return the digest of a table's content: `data.fingerprint` of what `load` returns."""
        from automl_magic.data.fingerprints import fingerprint

        return fingerprint(self.load(text, limits))

    def offers(self) -> tuple[Offer, ...]:
        """Return the tables that are offered where one is chosen or completed."""
        return ()

    def argument(self, text: str) -> Any:
        """Return what the verbs of `flow` take for a table."""
        return text

    def in_code(self, text: str) -> str:
        """Return what code calls a table."""
        return text


def _check(text: str, n_columns: int, n_rows: int, limits: Limits) -> None:
    if n_columns > limits.columns or n_rows > limits.rows:
        raise DataNotReadable(
            f"{text[:80]!r} is too large.",
            why=f"It has {n_columns:,} columns and at least {n_rows:,} rows; "
            f"the limits are {limits.columns:,} and {limits.rows:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load({text[:80]!r}, limits=Limits(rows={n_rows * 4}))",
        )
