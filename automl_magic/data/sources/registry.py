"""All sources: ours in one list, and those that other packages announce.

A package announces a source by an entry point of the group `automl_magic.sources`. Its name is the
scheme of the source's texts, so that a text is recognised before the package is loaded; what it
points to is the source's class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.batch.formats import FORMATS
from automl_magic.data.sources import files
from automl_magic.data.sources.address import credential_of
from automl_magic.data.sources.base import Source
from automl_magic.data.sources.bundled import Bundled
from automl_magic.data.sources.delimited import Csv
from automl_magic.data.sources.json_records import JsonRecords
from automl_magic.data.sources.parquet import Parquet
from automl_magic.data.sources.parquet_folder import ParquetFolder
from automl_magic.errors import DataNotReadable, near_miss

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "automl_magic.sources"
# In this order they are asked whether a text is theirs.
OURS: Sequence[Source] = (Bundled(), ParquetFolder(), Csv(), Parquet(), JsonRecords())
_SCHEME = re.compile(r"([a-z][a-z0-9_+.-]*):")


def find(text: str, more: Sequence[Source] = ()) -> Source:
    """Return the source that a text names a table of.

    Parameters
    ----------
    more
        Sources that are asked first, such as the DataFrames of a kernel.

    Raises
    ------
    DataNotReadable
        If there is none, its package is broken, or the text holds a credential in clear.
    """
    source = match(text, more)
    if source is None:
        scheme = _SCHEME.match(text)
        if scheme is not None and text[scheme.end() :][:2] != "//" and not _is_there(text):
            raise _no_source(scheme[1])
        raise files.unreadable(files.find(text))
    return source


def match(text: str, more: Sequence[Source] = ()) -> Source | None:
    """Return the source whose text this is, whether there is such a table or not; or None.

    Raises
    ------
    DataNotReadable
        If the source is of a package that is broken, or the text holds a credential in clear.
    """
    scheme = _SCHEME.match(text)
    if scheme is not None:
        found = next((one for one in (*more, *OURS) if not one.is_path and one.matches(text)), None)
        if found is None and scheme[1] in _announced():
            found = _loaded(scheme[1])
        if found is not None:
            credential_of(text)
            return found
    return next((source for source in OURS if source.is_path and source.matches(text)), None)


def named(name: str) -> Source:
    """Return the source of this name, which is the `format` in what a plan says of its table.

    Raises
    ------
    DataNotReadable
        If there is none, or its package is broken.
    """
    for source in OURS:
        if source.name == name:
            return source
    if name not in _announced():
        raise _no_source(name)
    return _loaded(name)


def working() -> Iterator[Source]:
    """Give all sources that can be loaded. A broken one is told of when its scheme is named."""
    yield from OURS
    for name in sorted(_announced()):
        try:
            yield _loaded(name)
        except DataNotReadable:
            continue


def title(text: str) -> str:
    """Return what the table that a text names is called, whether there is one or not."""
    source = match(text)
    return source.title(text) if source is not None else Path(text).name.split(".")[0]


def in_words() -> str:
    """Return what our sources read, as the help of a command says it."""
    titles = ", ".join(one.title for one in FORMATS)
    others = [source.in_help for source in OURS if source.in_help]
    return ", ".join([f"a path ({titles}; text also gzipped)", *others])


def _no_source(name: str) -> DataNotReadable:
    known = [*(source.name for source in OURS), *sorted(_announced())]
    close = near_miss(name, known)
    return DataNotReadable(
        f"There is no source {name[:40]!r}.",
        why=f"There are {', '.join(known)}.",
        fix=f"Write {close}:…, or install the package that it comes with."
        if close
        else "Install the package that it comes with.",
    )


def _is_there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


@cache
def _announced() -> dict[str, EntryPoint]:
    # 30 ms to import, and most texts are paths.
    from importlib.metadata import entry_points

    ours = {source.name for source in OURS}
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in ours}


def _loaded(name: str) -> Source:
    found = _tried(name)
    if isinstance(found, DataNotReadable):
        raise found.with_traceback(None)
    return found


@cache
def _tried(name: str) -> Source | DataNotReadable:
    """Return an announced source, or why it cannot be used: a package is not tried twice."""
    point = _announced()[name]
    package = point.dist.name if point.dist is not None else point.module
    why = f"{point.value} of {package} is no source of this name."
    try:
        source = point.load()()
        if isinstance(source, Source) and source.name == name:
            return source
    except Exception as error:  # noqa: BLE001 - a foreign package may raise anything
        why = f"It comes with {package}, which failed to load: {type(error).__name__}: {error}."
    return DataNotReadable(
        f"The source {name!r} cannot be used.",
        why=why,
        fix=f"Correct or remove that package: pip uninstall {package}",
    )
