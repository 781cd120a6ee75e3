"""All sources: the built-in ones, and those of other packages.

A package registers a source with an entry point in the group `automl_magic.sources`. Its name is
the scheme of the source's texts, so that a text can be matched before the package is loaded. It
points to the source's class.
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
from automl_magic.data.sources.excel import Excel
from automl_magic.data.sources.json_records import JsonRecords
from automl_magic.data.sources.parquet import Parquet
from automl_magic.data.sources.parquet_folder import ParquetFolder
from automl_magic.data.sources.zipped import Zipped
from automl_magic.errors import DataNotReadable, closest_match

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "automl_magic.sources"
# In the order of matching.
_FILES: Sequence[Source] = (Excel(), Csv(), Parquet(), JsonRecords())
# An archive is named by its own suffix, whatever that of the file in it.
BUILT_IN: Sequence[Source] = (Bundled(), ParquetFolder(), Zipped(_FILES), *_FILES)
_SCHEME = re.compile(r"([a-z][a-z0-9_+.-]*):")


def find_source(text: str, more: Sequence[Source] = ()) -> Source:
    """Return the source that a text belongs to.

    Parameters
    ----------
    more : sequence of Source
        Sources to match first, such as the DataFrames of a kernel.

    Raises
    ------
    DataNotReadable
        If there's no such source, its package is broken, or the text contains a secret.
    """
    source = match_source(text, more)
    if source is None:
        scheme = _SCHEME.match(text)
        if scheme is not None and text[scheme.end() :][:2] != "//" and not _is_there(text):
            raise _no_source(scheme[1])
        raise files.unsupported_format_error(files.find_file(text))
    return source


def match_source(text: str, more: Sequence[Source] = ()) -> Source | None:
    """Return the source that a text belongs to, or None. Doesn't check that the table exists.

    Raises
    ------
    DataNotReadable
        If the source's package is broken, or the text contains a secret.
    """
    scheme = _SCHEME.match(text)
    if scheme is not None:
        candidates = (source for source in (*more, *BUILT_IN) if not source.is_path)
        source = next((source for source in candidates if source.matches(text)), None)
        if source is None and scheme[1] in _announced():
            source = _load_source(scheme[1])
        if source is not None:
            credential_of(text)
            return source
    return next((source for source in BUILT_IN if source.is_path and source.matches(text)), None)


def source_named(name: str) -> Source:
    """Return the source with this name, which is `read["format"]` of a plan's dataset.

    Raises
    ------
    DataNotReadable
        If there's no such source, or its package is broken.
    """
    for source in BUILT_IN:
        if source.name == name:
            return source
    if name not in _announced():
        raise _no_source(name)
    return _load_source(name)


def loadable_sources() -> Iterator[Source]:
    """Yield all sources that can be loaded. Others raise an error when their scheme is used."""
    yield from BUILT_IN
    for name in sorted(_announced()):
        try:
            yield _load_source(name)
        except DataNotReadable:
            continue


def table_name(text: str) -> str:
    """Return the name of the table for a text. Doesn't check that the table exists."""
    source = match_source(text)
    return source.title(text) if source is not None else Path(text).name.split(".")[0]


def help_text() -> str:
    """Return the built-in sources in a phrase for the help of commands."""
    titles = ", ".join(file_format.title for file_format in FORMATS)
    descriptions = [source.in_help for source in BUILT_IN if source.in_help]
    path = f"a path ({titles}, text optionally gzipped; an Excel sheet; a zip with one table)"
    return ", or ".join([path, *descriptions])


def _no_source(name: str) -> DataNotReadable:
    names = [*(source.name for source in BUILT_IN), *sorted(_announced())]
    close = closest_match(name, names)
    return DataNotReadable(
        f"There's no source {name[:40]!r}.",
        why=f"The sources are {', '.join(names)}.",
        fix=f"Use {close}:…, or install the package for this source."
        if close
        else "Install the package for this source.",
    )


def _is_there(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False


@cache
def _announced() -> dict[str, EntryPoint]:
    # The import takes 30 ms, and most texts are paths.
    from importlib.metadata import entry_points

    ours = {source.name for source in BUILT_IN}
    return {point.name: point for point in entry_points(group=GROUP) if point.name not in ours}


def _load_source(name: str) -> Source:
    result = _try_load(name)
    if isinstance(result, DataNotReadable):
        raise result.with_traceback(None)
    return result


@cache
def _try_load(name: str) -> Source | DataNotReadable:
    """Return a registered source, or the error from loading it. Packages are loaded only once."""
    point = _announced()[name]
    package = point.dist.name if point.dist is not None else point.module
    why = f"{point.value} of {package} isn't a source with this name."
    try:
        source = point.load()()
        if isinstance(source, Source) and source.name == name:
            return source
    except Exception as error:  # noqa: BLE001 - a foreign package may raise anything
        why = f"The package {package} failed to load: {type(error).__name__}: {error}."
    return DataNotReadable(
        f"Can't use the source {name!r}.",
        why=why,
        fix=f"Fix or remove the package: pip uninstall {package}",
    )
