"""Step 1: the table."""

from __future__ import annotations

from automl_magic.data.sources.frame import frame_text
from automl_magic.data.sources.registry import loadable_sources
from automl_magic.display.numbers import format_file_size
from automl_magic.display.translation import _, ngettext
from automl_magic.wizard.blocks import (
    Block,
    choice,
    facts,
    files,
    heading,
    more,
    notes,
    option,
    paragraph,
    table,
    upload,
)
from automl_magic.wizard.browse import ACCEPT, MAX_UPLOAD_BYTES, list_folder
from automl_magic.wizard.session import WizardSession

_VISIBLE_ROWS, _VISIBLE_COLUMNS = 5, 8


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
    if session.uploading is not None:
        file_name, n_done, n_bytes = session.uploading
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
    head = frame.iloc[:_VISIBLE_ROWS, :_VISIBLE_COLUMNS]
    rows = [["" if value != value else value for value in row] for row in head.to_numpy().tolist()]  # noqa: PLR0124 - NaN
    findings = [(f.severity.value, f.title, f.fix) for f in dataset.findings]
    return [
        heading(_("Chosen: {table}").format(table=session.table.code_name)),
        facts(
            [
                (_("Rows"), f"{dataset.n_rows:,}"),
                (_("Columns"), f"{len(dataset.columns):,}"),
                (_("Memory"), format_file_size(dataset.memory_bytes)),
            ]
        ),
        table(_caption(len(head), head.shape[1], frame.shape[1]), list(head.columns), rows),
        *([notes(_("Data checks"), findings)] if findings else []),
    ]


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
