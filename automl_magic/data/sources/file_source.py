"""FileSource: files of one format, parsed in a child process with limits."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl_magic.batch.formats import Format
from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources import files
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.data.sources.request import ParsedFile, ReadRequest
from automl_magic.files.templates import source_piece
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader


class FileSource(Source):
    """Files of one format, recognized by their extension."""

    form: ClassVar[Format]
    is_path = True

    @abstractmethod
    def head_options(self, path: Path, head: files.FileHead) -> dict[str, object]:
        """Return the options of pandas' reader for a file that starts with these bytes.

        Runs in the caller's process, on untrusted bytes.
        """

    @abstractmethod
    def parse(self, path: Path, options: Mapping[str, Any], request: ReadRequest) -> ParsedFile:
        """Read a file or its first rows. Runs in the child process.

        Parameters
        ----------
        options : mapping
            The result of `head_options`.
        """

    def matches(self, text: str) -> bool:
        return files.format_of(Path(text)) is self.form

    def locate(self, text: str) -> str:
        return str(files.find_file(text))

    def title(self, text: str) -> str:
        return files.stem(text)

    def identity(self, text: str) -> object:
        from automl_magic.batch.readers.base import identity_of

        return identity_of([files.find_file(text)])

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        """Return the reader's options, from the first bytes of a file.

        Raises
        ------
        DataNotReadable
            If the file is missing, or its first bytes don't match its extension.
        """
        path = files.find_file(text)
        return self.head_options(path, files.read_head(path, self.form, limits))

    def load(
        self,
        text: str,
        limits: ReadLimits = DEFAULT_LIMITS,
        *,
        missing: MissingWords = DEFAULT_WORDS,
        count_missing: bool = False,
    ) -> pd.DataFrame:
        """Parse a file in a child process with limits on memory and time.

        Raises
        ------
        DataNotReadable
            If it's missing, empty, corrupt, too large, or doesn't match its extension.
        """
        return self._in_child(
            text, ReadRequest(limits=limits, missing=missing, count_missing=count_missing)
        )

    def preview(
        self, text: str, n_rows: int = 5, limits: ReadLimits = DEFAULT_LIMITS
    ) -> pd.DataFrame:
        request = ReadRequest(limits=limits, missing=DEFAULT_WORDS, n_rows=n_rows)
        return self._in_child(text, request).head(n_rows)

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        yield from pa.Table.from_pandas(self.load(text, limits), preserve_index=False).to_batches()

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        # Rows are read in batches, so the file size isn't limited.
        options = self.options(text, replace(DEFAULT_LIMITS, file_bytes=1 << 62))
        return self.form.reader(files.find_file(text), options, stored_as, missing)

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        return LoadCode(text=source_piece(self.name), values=options, data_path=text)

    def _in_child(self, text: str, request: ReadRequest) -> pd.DataFrame:
        from automl_magic.data.isolated import read_in_child

        options = self.options(text, request.limits)
        return read_in_child(self, files.find_file(text), options, request)
