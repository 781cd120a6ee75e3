"""A zip archive with one table. Several are named by `ARCHIVE.zip#FILE`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import ReadLimits
from automl_magic.data.missing import ReadDetails, missing_counts, read_call
from automl_magic.data.sources import files
from automl_magic.data.sources.archives import extract, open_archive
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.data.sources.parts import split_part
from automl_magic.errors import DataNotReadable, closest_match, shorten
from automl_magic.files.templates import source_piece
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from automl_magic.batch.readers import Reader

SUFFIX = ".zip"


class Zipped(Source):
    """`ARCHIVE.zip`, or `ARCHIVE.zip#FILE`. The file in it is read by its own source.

    Parameters
    ----------
    sources : sequence of Source
        The sources of the files in an archive.
    """

    name = "zip"
    is_path = True

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def matches(self, text: str) -> bool:
        return split_part(text)[0].lower().endswith(SUFFIX)

    def locate(self, text: str) -> str:
        path, member = split_part(text)
        location = str(files.find_file(path))
        return location if member is None else f"{location}#{member}"

    def title(self, text: str) -> str:
        path, member = split_part(text)
        return files.stem(member or path)

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        with self._extracted(text, limits) as (source, path, member):
            options = source.options(str(path), limits)
        return {"member": member, "format": source.name, "options": options}

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        with self._extracted(text, limits) as (source, path, _):
            yield from source.batches(str(path), limits)

    def load(
        self,
        text: str,
        limits: ReadLimits = DEFAULT_LIMITS,
        *,
        missing: MissingWords = DEFAULT_WORDS,
        count_missing: bool = False,
    ) -> pd.DataFrame:
        with self._extracted(text, limits) as (source, path, member):
            frame = source.load(str(path), limits, missing=missing, count_missing=count_missing)
        options = {"member": member, **read_call(frame)}
        return ReadDetails(
            format=self.name, options=options, missing=missing, counts=missing_counts(frame)
        ).attach(frame)

    def preview(
        self, text: str, n_rows: int = 5, limits: ReadLimits = DEFAULT_LIMITS
    ) -> pd.DataFrame:
        with self._extracted(text, limits) as (source, path, _):
            return source.preview(str(path), n_rows, limits)

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        from automl_magic.batch.readers import FrameReader

        del stored_as
        frame = self.load(text, missing=missing)
        return FrameReader(frame, self.identity(text))

    def identity(self, text: str) -> object:
        from automl_magic.batch.readers.base import identity_of

        path, member = split_part(text)
        return [*identity_of([files.find_file(path)]), {"member": member}]

    def code(self, text: str, options: Mapping[str, Any]) -> LoadCode:
        """Return the code: it unpacks the file, and then loads it as by itself."""
        inner = self.code_source(options).code(options["member"], options["options"])
        code = f"{source_piece('zip')}\n{inner.text}"
        values = {**inner.values, "member": options["member"]}
        return replace(inner, text=code, values=values, data_path=split_part(text)[0])

    def code_source(self, options: Mapping[str, Any]) -> Source:
        return next(source for source in self._sources if source.name == options["format"])

    @contextmanager
    def _extracted(self, text: str, limits: ReadLimits) -> Iterator[tuple[Source, Path, str]]:
        """Extract the table to a private folder. Errors name the archive."""
        location, member = split_part(text)
        path = files.find_file(location)
        with tempfile.TemporaryDirectory(prefix="automl-magic-") as folder:
            with open_archive(path, limits) as archive:
                names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
                name = self._choose(path, names, member)
                file = extract(archive, name, Path(folder))
            source = self._source_of(name)
            try:
                yield source, file, name
            except DataNotReadable as error:
                parts = [
                    part.replace(str(file), f"{path}#{name}")
                    for part in (error.what, error.why, error.fix)
                ]
                raise DataNotReadable(parts[0], why=parts[1], fix=parts[2]) from error

    def _choose(self, path: Path, names: Sequence[str], member: str | None) -> str:
        tables = [name for name in names if _is_visible(name) and self._is_table(name)]
        if member in tables:
            return str(member)
        if member is not None:
            close = closest_match(member, tables)
            raise DataNotReadable(
                f"{files.quote_name(path)} has no table {member[:60]!r}.",
                why=f"It has {shorten([repr(name) for name in tables]) or 'no tables'}.",
                fix=f"Use {path.name}#{close}" if close else "Use one of its tables.",
            )
        if len(tables) != 1:
            raise DataNotReadable(
                f"{files.quote_name(path)} has {len(tables)} tables."
                if tables
                else f"{files.quote_name(path)} has no table.",
                why=f"They are {shorten([repr(name) for name in tables])}."
                if tables
                else f"It has {shorten([repr(name) for name in names]) or 'no files'}.",
                fix=f"Choose one: {path.name}#{tables[0]}"
                if tables
                else f"Put one table into it, such as {path.stem}.csv.",
            )
        return tables[0]

    def _is_table(self, name: str) -> bool:
        return any(source.matches(name) for source in self._sources)

    def _source_of(self, name: str) -> Source:
        return next(source for source in self._sources if source.matches(name))


def _is_visible(name: str) -> bool:
    # macOS adds a folder __MACOSX with a hidden file for each file.
    return not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
