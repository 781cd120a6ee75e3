"""The interface of a source of tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl_magic.data.limits import ReadLimits
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader

DEFAULT_LIMITS = ReadLimits()
SCHEMA_ROWS = 1_000


@dataclass(frozen=True)
class Offer:
    """A table to suggest. `text` is the text that names it."""

    text: str
    name: str
    note: str = ""


class Source(ABC):
    """A source of tables. One object gives access to all its tables, each named by a text.

    A subclass defines which texts belong to it, the rows as Arrow batches, and the code that loads
    them without automl-magic. The other methods use these, and can be overridden to be faster.

    A text is written into plans, notebooks and runs, so it can't contain a secret. A credential in
    it is a reference (`automl_magic.secrets`), which `batches` resolves when it connects.

    Attributes
    ----------
    name : str
        The value of `dataset.read["format"]`, and the scheme if the source has one.
    is_path : bool
        Whether a text is a path on this machine. It may be relative.
    marks_missing : bool
        Whether the code of a table marks missing values itself.
    final_piece : str, optional
        Piece of code that follows after missing values are marked.
    in_help : str
        Description of its texts for the help of commands: "sklearn:NAME for one of …".
    offers_title, offers_note : str
        Heading and note above its offers in the wizard.
    """

    name: ClassVar[str]
    is_path: ClassVar[bool] = False
    marks_missing: ClassVar[bool] = False
    final_piece: ClassVar[str | None] = None
    in_help: ClassVar[str] = ""

    @property
    def offers_title(self) -> str:
        return ""

    @property
    def offers_note(self) -> str:
        return ""

    def matches(self, text: str) -> bool:
        """Return whether a text names a table of this source."""
        return text.startswith(f"{self.name}:")

    def place(self, text: str) -> str:
        """Return the part of a text after the scheme."""
        return text.removeprefix(f"{self.name}:")

    def locate(self, text: str) -> str:
        """Return a text that means the same in any folder.

        Raises
        ------
        DataNotReadable
            If there's no such table, as far as that's known without reading it.
        """
        return text

    def title(self, text: str) -> str:
        """Return the name of a table."""
        return self.place(text).partition("?")[0].rpartition("/")[2] or self.name

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        """Return the options for `code` to read a table, as JSON values stored in the plan."""
        del text, limits
        return {}

    @abstractmethod
    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        """Yield the rows in order, in at least one batch.

        Raises
        ------
        DataError, SecretError
        """

    @abstractmethod
    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        """Return the code that loads a table in a notebook without automl-magic.

        The code leaves the values as they are stored. `data.load_code` adds what marks missing
        values, unless `options` does it.

        Parameters
        ----------
        options : mapping
            The options that `options` returned when the table was planned.
        """

    def preload(self) -> None:  # noqa: B027 - most sources need no more than pandas
        """Import the libraries that read a file, before the child process limits its memory."""

    def code_source(self, options: Mapping[str, Any]) -> Source:
        """Return the source that wrote the part of the code that loads the table."""
        del options
        return self

    def load(
        self,
        text: str,
        limits: ReadLimits = DEFAULT_LIMITS,
        *,
        missing: MissingWords = DEFAULT_WORDS,
        count_missing: bool = False,
    ) -> pd.DataFrame:
        """Read a whole table, and the texts that stand for a missing value as missing.

        Parameters
        ----------
        count_missing : bool
            Whether `missing_counts` of the table must be known. It takes longer for text formats.

        Raises
        ------
        DataError, SecretError
        """
        from automl_magic.data.missing import ReadDetails, mark_missing

        del count_missing  # always known
        frame, counts = mark_missing(self.read_frame(text, limits), missing)
        return ReadDetails(
            format=self.name, options=self.options(text, limits), missing=missing, counts=counts
        ).attach(frame)

    def read_frame(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> pd.DataFrame:
        """Read a whole table with its values as they are stored.

        Raises
        ------
        DataError, SecretError
        """
        import pyarrow as pa

        batches, n_rows = [], 0
        for batch in self.batches(text, limits):
            n_rows += batch.num_rows
            _check_size(text, batch.num_columns, n_rows, limits)
            batches.append(batch)
        frame: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
        if len(frame) == 0:
            raise DataNotReadable(
                f"{text[:80]!r} has no rows.",
                why=f"It has {frame.shape[1]:,} columns without values.",
                fix="Use a table with rows.",
            )
        return frame

    def preview(
        self, text: str, n_rows: int = 5, limits: ReadLimits = DEFAULT_LIMITS
    ) -> pd.DataFrame:
        """Return the first rows of a table without reading it all."""
        import pyarrow as pa

        batches, n_missing = [], n_rows
        for batch in self.batches(text, limits):
            batches.append(batch.slice(0, n_missing))
            n_missing -= batches[-1].num_rows
            if n_missing <= 0:
                break
        frame: pd.DataFrame = pa.Table.from_batches(batches).to_pandas()
        return frame

    def schema(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, str]:
        """Return how the values of each column are stored: `number`, `boolean`, `date` or `text`.

        If the source has no types, they're inferred from the first rows.
        """
        from automl_magic.data.storage import stored_as

        head = self.preview(text, SCHEMA_ROWS, limits)
        return {str(name): stored_as(head[name]) for name in head.columns}

    def sample(
        self, text: str, n_rows: int, seed: int, limits: ReadLimits = DEFAULT_LIMITS
    ) -> pd.DataFrame:
        """Return a sample without replacement, in table order. A seed gives the same rows."""
        from automl_magic.data.sources.sampling import sample_rows

        frame: pd.DataFrame = sample_rows(self.batches(text, limits), n_rows, seed).to_pandas()
        return frame

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        """Return a reader for batch prediction. The table may be larger than memory.

        Parameters
        ----------
        stored_as : mapping of str to str
            How the values of each column were stored in training, for sources without types.
        missing : MissingWords
            The texts that stand for a missing value.
        """
        from automl_magic.batch.readers import ArrowReader

        del stored_as
        unlimited = ReadLimits(rows=1 << 62, file_bytes=1 << 62)
        return ArrowReader(lambda: self.batches(text, unlimited), self.identity(text), missing)

    def identity(self, text: str) -> object:
        """Return what identifies a table's content without reading it, as JSON.

        If it's None, batch predictions can't be resumed.
        """
        del text
        return None

    def fingerprint(
        self,
        text: str,
        limits: ReadLimits = DEFAULT_LIMITS,
        *,
        missing: MissingWords = DEFAULT_WORDS,
    ) -> str:
        """Return the digest of a table's content: `data.fingerprint` of the result of `load`."""
        from automl_magic.data.fingerprints import fingerprint

        return fingerprint(self.load(text, limits, missing=missing))

    def offers(self) -> tuple[Offer, ...]:
        """Return tables to suggest in the wizard and in completion."""
        return ()

    def argument(self, text: str) -> str | pd.DataFrame:
        """Return the value to pass to the functions of `flow` for a table."""
        return text

    def in_code(self, text: str) -> str:
        """Return the name of a table in code."""
        return text


def _check_size(text: str, n_columns: int, n_rows: int, limits: ReadLimits) -> None:
    if n_columns > limits.columns or n_rows > limits.rows:
        raise DataNotReadable(
            f"{text[:80]!r} is too large.",
            why=f"It has {n_columns:,} columns and at least {n_rows:,} rows. "
            f"The limits are {limits.columns:,} columns and {limits.rows:,} rows.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load({text[:80]!r}, limits=Limits(rows={n_rows * 4}))",
        )
