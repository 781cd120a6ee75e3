"""Predict the rows of a table in order, on all cores.

    reader ─chunks→ threads: convert, predict ─in order→ part ─…→ output

Only a few chunks are processed at a time, so memory doesn't grow with the table. A prediction
doesn't depend on the other rows, so chunks and threads don't change any value.
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.batch.formats import writer_for
from automl_magic.batch.parts import Parts, open_parts
from automl_magic.batch.readers.base import Chunk, Reader
from automl_magic.batch.writers import OutputColumn, PartWriter
from automl_magic.errors import DataError, DataNotReadable
from automl_magic.recipe.batches import predict_table, prediction_columns
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.reading import UnreadValues, read_policy
from automl_magic.records.data.schema import OnUnread

# Maximum work that a killed process loses, plus the time of one chunk.
PART_S = 20.0
# The first rows of a text can be shorter than the others.
ESTIMATE_MARGIN = 1.25
OnRows = Callable[[int, int | None, float], None]


@dataclass(frozen=True)
class ScoringSummary:
    """The totals of a scoring job. `n_resumed` is the number of rows of earlier processes.

    `unread` counts the values that couldn't be read and were predicted as missing, by column.
    """

    path: Path
    n_rows: int
    n_resumed: int
    wall_s: float
    unread: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_per_s(self) -> float:
        """Rows per second of this process."""
        return (self.n_rows - self.n_resumed) / max(self.wall_s, 1e-9)

    def to_json(self) -> dict[str, object]:
        return {
            "predictions": str(self.path),
            "rows": self.n_rows,
            "resumed": self.n_resumed,
            "wall_s": round(self.wall_s, 3),
            "rows_per_s": round(self.rows_per_s, 1),
            "unread": dict(self.unread),
        }


def score(
    model: FittedRecipe,
    reader: Reader,
    output: Path,
    *,
    model_digest: str = "",
    keep: Sequence[str] = (),
    resume: bool = False,
    overwrite: bool = False,
    on_unread: str = OnUnread.FAIL,
    on_rows: OnRows | None = None,
    threads: int | None = None,
    part_s: float = PART_S,
) -> ScoringSummary:
    """Predict all rows of a table and write them to a file, which appears when it's complete.

    Parameters
    ----------
    output : Path
        `.csv`, `.parquet` or `.jsonl` file. It has the kept columns, then those of
        `prediction_columns`. An existing file is replaced.
    model_digest : str
        Digest of the model. A resumed job must have the same.
    keep : sequence of str
        Input columns to copy to the output.
    resume : bool
        Whether to continue after the parts of an interrupted job.
    overwrite : bool
        Whether to discard the parts of an interrupted job.
    on_unread : {"fail", "missing"}
        Whether the table is refused if a column has too many values that can't be read, or they
        count as missing values.
    on_rows : callable, optional
        Called after each chunk with the finished rows, the total rows or None, and the fraction of
        the input. An exception from it stops the job, which can be resumed.
    threads : int, optional
        Number of chunks to predict in parallel. Default: the usable cores.
    part_s : float, seconds
        Length of a part.

    Raises
    ------
    DataError
        If a column is missing or can't be read, a row is invalid, or a kept column has the name of
        a prediction.
    FolderBusy, RunError
        If another process writes the output, or the job can't be resumed.
    OSError
        If the output can't be written.
    """
    writer, used = writer_for(output), model.recipe.used_columns
    clash = [name for name in keep if name in prediction_columns(model)]
    if clash:
        raise DataError(
            f"Can't keep column {clash[0]!r}.",
            why="The predictions have a column with this name.",
            fix="Rename it in the input.",
        )
    policy = read_policy(on_unread)
    reader.check(used, keep)
    started = time.monotonic()
    made_from = {
        "the model": model_digest,
        "the input": reader.identity(),
        "the options": {"keep": list(keep), "format": output.suffix.lower()},
    }
    with open_parts(output, writer, made_from, resume=resume, overwrite=overwrite) as parts:
        resumed = parts.n_rows
        table_reader = model.reader
        unread = UnreadValues()
        if table_reader is not None:
            unread = UnreadValues.from_json(parts.manifest.unread, table_reader)
        predicted = _predict_chunks(
            model, reader.chunks(used, keep, resumed), threads or len(_cores())
        )

        def on_chunk(n_done: int, chunk_unread: UnreadValues) -> None:
            unread.merge(chunk_unread)
            if policy is OnUnread.FAIL:
                unread.check(_estimated_rows(reader, n_done))
            if on_rows is not None:
                on_rows(n_done, reader.n_rows, reader.share)

        try:
            more = True
            while more:
                more = _add_part(parts, predicted, on_chunk, unread, part_s)
            if policy is OnUnread.FAIL:
                unread.check()
        except DataError:
            parts.delete()  # the input must be fixed, so a resume would refuse it
            raise
        finally:
            predicted.close()
        if parts.n_rows == 0:
            raise DataNotReadable(
                "The table has no rows.",
                why=f"It has {len(reader.columns):,} columns but no values.",
                fix="Use a table with rows.",
            )
        parts.finish()
        wall_s = time.monotonic() - started
        return ScoringSummary(output, parts.n_rows, resumed, wall_s, unread.counts)


def _estimated_rows(reader: Reader, n_done: int) -> float:
    """Return the number of rows of the table, or an upper estimate from the bytes read so far."""
    if reader.n_rows is not None:
        return reader.n_rows
    return n_done * ESTIMATE_MARGIN / reader.share if reader.share > 0 else math.inf


def _add_part(
    parts: Parts,
    predicted: Iterator[_PredictedChunk],
    on_chunk: Callable[[int, UnreadValues], None],
    unread: UnreadValues,
    part_s: float,
) -> bool:
    """Write a part. Return whether there can be more rows."""
    is_finished = False

    def fill(part: PartWriter) -> tuple[int, tuple[str, ...]]:
        nonlocal is_finished
        end, n_rows = time.monotonic() + part_s, 0
        names: tuple[str, ...] = ()
        while n_rows == 0 or time.monotonic() < end:
            chunk = next(predicted, None)
            if chunk is None:
                is_finished = True
                break
            part.write(chunk.columns)
            n_rows, names = n_rows + chunk.n_rows, tuple(chunk.columns)
            on_chunk(parts.n_rows + n_rows, chunk.unread)
        return n_rows, names

    parts.add(fill, unread.to_json)
    return not is_finished


@dataclass(frozen=True)
class _PredictedChunk:
    """The output columns of some rows, and the input values that couldn't be read."""

    n_rows: int
    columns: Mapping[str, OutputColumn]
    unread: UnreadValues


def _predict_chunks(
    model: FittedRecipe, chunks: Iterator[Chunk], threads: int
) -> Generator[_PredictedChunk]:
    """Yield the predictions of each chunk, in order."""

    def predict_chunk(chunk: Chunk) -> _PredictedChunk:
        unread, table = UnreadValues(), chunk.table()
        if model.reader is not None:
            table = model.reader.read(table, unread)
        columns = {**chunk.passthrough(), **predict_table(model, table)}
        return _PredictedChunk(chunk.n_rows, columns, unread)

    futures: deque[Future[_PredictedChunk]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="automl-score") as pool:
        try:
            for chunk in chunks:
                if chunk.n_rows == 0:
                    continue
                futures.append(pool.submit(predict_chunk, chunk))
                if len(futures) > threads:
                    yield futures.popleft().result()
            while futures:
                yield futures.popleft().result()
        finally:
            for future in futures:
                future.cancel()


def _cores() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))
