"""Step 1: the table."""

from __future__ import annotations

from automl_magic.data.first_rows import preview
from automl_magic.data.sources.frame import frame_text
from automl_magic.data.sources.registry import loadable_sources
from automl_magic.display.numbers import format_file_size
from automl_magic.display.translation import _, ngettext
from automl_magic.records import Column, Dataset
from automl_magic.wizard.blocks import (
    Block,
    choice,
    facts,
    files,
    heading,
    line,
    menu,
    more,
    notes,
    option,
    paragraph,
    table,
    upload,
)
from automl_magic.wizard.browse import ACCEPT, MAX_UPLOAD_BYTES, list_folder
from automl_magic.wizard.missing import FIELD, SEPARATOR, has_words, words_of
from automl_magic.wizard.session import WizardSession

_VISIBLE_ROWS, _VISIBLE_COLUMNS, _MAX_FIELDS = 5, 8, 50
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
    "latin-1": "ISO-8859-1",
    "iso-8859-1": "ISO-8859-1",
}


def name() -> str:
    return _("Data")


def title() -> str:
    return _("Choose a table")


def lead() -> str:
    return _("Use one row per example and one column per feature.")


def blocks(session: WizardSession) -> list[Block]:
    page = [*_chosen(session)]
    source = session.answers.source
    frames = session.frames
    if frames:
        options = [
            option(frame_text(frame), frame, _size_text(n_rows, n_columns))
            for frame, (n_rows, n_columns) in frames
        ]
        hint = _("Already loaded in this notebook.")
        page.append(choice("source", _("DataFrames in this notebook"), options, source, hint=hint))
    offers: list[Block] = [
        _browser(session),
        upload(
            _("Upload a table ({formats})").format(formats=", ".join(ACCEPT)),
            ",".join((*ACCEPT, ".gz")),
            MAX_UPLOAD_BYTES,
        ),
        *(
            choice(
                "source",
                data_source.offers_title,
                [option(offer.text, offer.name, offer.note) for offer in data_source.offers()],
                source,
                hint=data_source.offers_note,
            )
            for data_source in loadable_sources()
            if data_source.offers()
        ),
    ]
    if session.table is None:
        return [*page, *offers]
    return [*page, more(_("Choose another table"), offers)]


def _size_text(n_rows: int, n_columns: int) -> str:
    return ngettext(
        "{rows} rows, {columns} column", "{rows} rows, {columns} columns", n_columns
    ).format(rows=f"{n_rows:,}", columns=f"{n_columns:,}")


def _chosen(session: WizardSession) -> list[Block]:
    if session.upload.progress is not None:
        file_name, n_done, n_bytes = session.upload.progress
        text = _("Uploading {name}: {done} of {size}.")
        return [
            paragraph(
                text.format(
                    name=file_name, done=format_file_size(n_done), size=format_file_size(n_bytes)
                )
            )
        ]
    if session.table is None:
        return []
    dataset, frame = session.table.dataset, session.table.frame
    # What the wizard shows is saved with the notebook.
    head = preview(
        frame.iloc[:, :_VISIBLE_COLUMNS],
        personal=dataset.personal_columns,
        n_rows=_VISIBLE_ROWS,
    )
    rows = [["" if value != value else value for value in row] for row in head.to_numpy().tolist()]  # noqa: PLR0124 - NaN
    findings = [(f.severity.value, f.title, f.fix) for f in dataset.findings]
    return [
        heading(_("Chosen: {table}").format(table=session.table.code_name)),
        facts(
            [
                (_("Rows"), f"{dataset.n_rows:,}"),
                (_("Columns"), f"{len(dataset.columns):,}"),
                (_("Memory"), format_file_size(dataset.memory_bytes)),
                *_reading(dataset),
            ]
        ),
        table(_caption(len(head), head.shape[1], frame.shape[1]), list(head.columns), rows),
        *([notes(_("Data checks"), findings)] if findings else []),
        _missing(session, dataset),
    ]


def _reading(dataset: Dataset) -> list[tuple[str, str]]:
    """Return how a file was read, as far as it was detected."""
    options = dataset.read.get("options", {})
    pairs = []
    if isinstance(separator := options.get("sep"), str):
        pairs.append((_("Separator"), _("tab") if separator == "\t" else separator))
    if isinstance(encoding := options.get("encoding"), str):
        pairs.append((_("Encoding"), _ENCODINGS.get(encoding.lower(), encoding)))
    return pairs


def _missing(session: WizardSession, dataset: Dataset) -> Block:
    """Return the texts that were read as missing, by column, and fields to change them."""
    answered = session.answers.missing
    with_field: list[tuple[int, Column]] = []
    others: list[tuple[int, Column]] = []
    for position, column in enumerate(dataset.columns):
        is_shown = has_words(column, answered) or column.name == session.missing_column
        (with_field if is_shown else others).append((position, column))
    n_texts = sum(len(column.missing) for column in dataset.columns)
    summary = ngettext(
        "Missing values: {n} text is read as missing",
        "Missing values: {n} texts are read as missing",
        n_texts,
    ).format(n=n_texts)
    parts = [
        paragraph(
            _(
                "Empty cells are always missing. To use a text as a value, delete it here. "
                "Separate several texts by commas."
            )
        )
    ]
    if n_texts:
        rows = [
            (column.name, word, f"{n:,}")
            for _position, column in with_field
            for word, n in column.missing.items()
        ]
        heads = [_("Column"), _("Text"), _("Rows")]
        parts.append(table(_("Texts read as missing"), heads, rows[:_MAX_FIELDS], numbers=(2,)))
    parts += [
        line(
            f"{FIELD}{position}",
            _("Missing values in {column}").format(column=column.name),
            f"{SEPARATOR} ".join(words_of(column, answered)),
            ""
            if column.name in answered or not column.missing
            else _("They usually stand for a missing value."),
        )
        for position, column in with_field[:_MAX_FIELDS]
    ]
    if others:
        options = [option(column.name, column.name) for _position, column in others[:300]]
        parts.append(
            menu("missing_column", _("Set the missing values of another column"), options, None)
        )
    return more(summary, parts)


def _caption(n_rows: int, n_visible: int, n_columns: int) -> str:
    if n_visible == n_columns:
        return ngettext("First row", "First {rows} rows", n_rows).format(rows=n_rows)
    return ngettext(
        "First row, {visible} of {columns} columns",
        "First {rows} rows, {visible} of {columns} columns",
        n_rows,
    ).format(rows=n_rows, visible=n_visible, columns=f"{n_columns:,}")


def _browser(session: WizardSession) -> Block:
    inside = session.browsing
    entries = [
        {
            "path": entry.path,
            "label": entry.name,
            "is_folder": entry.is_folder,
            "note": _("folder") if entry.is_folder else format_file_size(entry.size_bytes),
        }
        for entry in list_folder(session.folder, inside)
    ]
    parent = None if not inside else inside.rpartition("/")[0]
    return files(inside or _("This notebook's folder"), parent, entries)
