"""Predict the rows of a table in order, on all cores.

    reader ─chunks→ threads: convert, predict ─in order→ part ─…→ output

Only a few chunks are processed at a time, so memory doesn't grow with the table. A prediction
doesn't depend on the other rows, so chunks and threads don't change any value.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from automl_magic.batch.formats import writer_for
from automl_magic.batch.parts import Parts, open_parts
from automl_magic.batch.readers.base import Chunk, Reader
from automl_magic.batch.writers import OutputColumn, PartWriter
from automl_magic.errors import DataError, DataNotReadable
from automl_magic.recipe.batches import predict_table, prediction_columns
from automl_magic.recipe.fitted import FittedRecipe

# Maximum work that a killed process loses, plus the time of one chunk.
PART_S = 20.0
OnRows = Callable[[int, int | None, float], None]


@dataclass(frozen=True)
class ScoringSummary:
    """The totals of a scoring job. `n_resumed` is the number of rows of earlier processes."""

    path: Path
    n_rows: int
    n_resumed: int
    wall_s: float

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
        If a column is missing, a row is invalid, or a kept column has the name of a prediction.
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
    reader.check(used, keep)
    started = time.monotonic()
    made_from = {
        "the model": model_digest,
        "the input": reader.identity(),
        "the options": {"keep": list(keep), "format": output.suffix.lower()},
    }
    with open_parts(output, writer, made_from, resume=resume, overwrite=overwrite) as parts:
        resumed = parts.n_rows
        predicted = _predict_chunks(
            model, reader.chunks(used, keep, resumed), threads or len(_cores())
        )
        try:
            more = True
            while more:
                more = _add_part(parts, predicted, reader, on_rows, part_s)
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
        return ScoringSummary(output, parts.n_rows, resumed, time.monotonic() - started)


def _add_part(
    parts: Parts,
    predicted: Iterator[tuple[int, Mapping[str, OutputColumn]]],
    reader: Reader,
    on_rows: OnRows | None,
    part_s: float,
) -> bool:
    """Write a part. Return whether there can be more rows."""
    is_finished = False

    def fill(part: PartWriter) -> tuple[int, tuple[str, ...]]:
        nonlocal is_finished
        end, n_rows = time.monotonic() + part_s, 0
        names: tuple[str, ...] = ()
        while n_rows == 0 or time.monotonic() < end:
            rows, columns = next(predicted, (0, {}))
            if not rows:
                is_finished = True
                break
            part.write(columns)
            n_rows, names = n_rows + rows, tuple(columns)
            if on_rows is not None:
                on_rows(parts.n_rows + n_rows, reader.n_rows, reader.share)
        return n_rows, names

    parts.add(fill)
    return not is_finished


def _predict_chunks(
    model: FittedRecipe, chunks: Iterator[Chunk], threads: int
) -> Generator[tuple[int, Mapping[str, OutputColumn]]]:
    """Yield the number of rows and the output columns of each chunk, in order."""

    def predict_chunk(chunk: Chunk) -> tuple[int, Mapping[str, OutputColumn]]:
        return chunk.n_rows, {**chunk.passthrough(), **predict_table(model, chunk.table())}

    futures: deque[Future[tuple[int, Mapping[str, OutputColumn]]]] = deque()
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
