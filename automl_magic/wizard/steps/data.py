"""Step 1: which table."""

from __future__ import annotations

from automl_magic.data.sources.frame import frame_text
from automl_magic.data.sources.registry import working
from automl_magic.look.numbers import file_size
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
from automl_magic.wizard.browse import ACCEPT, LARGEST_UPLOAD_BYTES, listing
from automl_magic.wizard.session import Session

NAME = "Data"
TITLE = "Which table do you want to learn from?"
LEAD = "One row for each thing that is known, one column for each thing that is known of it."
_SHOWN_ROWS, _SHOWN_COLUMNS = 5, 8


def blocks(session: Session) -> list[Block]:
    shown = [*_chosen(session)]
    source = session.answers.source
    frames = session.frames
    if frames:
        reason = "They are in this notebook's memory already."
        names = [
            option(frame_text(name), name, f"{rows:,} rows, {columns:,} columns")
            for name, (rows, columns) in frames
        ]
        shown.append(choice("source", "DataFrames of this notebook", names, source, reason))
    offered: list[Block] = [
        _browser(session),
        upload(
            f"Upload a table ({', '.join(ACCEPT)})",
            ",".join((*ACCEPT, ".gz")),
            LARGEST_UPLOAD_BYTES,
        ),
        *(
            choice(
                "source",
                found.offers_title,
                [option(offer.text, offer.name, offer.note) for offer in found.offers()],
                source,
                found.offers_note,
            )
            for found in working()
            if found.offers()
        ),
    ]
    if session.table is None:
        return [*shown, *offered]
    return [*shown, more("Choose another table", offered)]


def _chosen(session: Session) -> list[Block]:
    if session.uploading is not None:
        name, done, whole = session.uploading
        return [paragraph(f"Uploading {name}: {file_size(done)} of {file_size(whole)}.")]
    if session.table is None:
        return []
    dataset, frame = session.table.dataset, session.table.frame
    head = frame.iloc[:_SHOWN_ROWS, :_SHOWN_COLUMNS]
    hidden = frame.shape[1] - head.shape[1]
    caption = f"The first {len(head)} rows" + (f"; {hidden:,} more columns" if hidden > 0 else "")
    rows = [["" if value != value else value for value in row] for row in head.to_numpy().tolist()]  # noqa: PLR0124 - NaN
    found = [(f.severity.value, f.title, f.fix) for f in dataset.findings]
    return [
        heading(f"Chosen: {session.table.written}"),
        facts(
            [
                ("Rows", f"{dataset.n_rows:,}"),
                ("Columns", f"{len(dataset.columns):,}"),
                ("In memory", file_size(dataset.memory_bytes)),
            ]
        ),
        table(caption, list(head.columns), rows),
        *([notes("What stands out", found)] if found else []),
    ]


def _browser(session: Session) -> Block:
    inside = session.browsing
    entries = [
        {
            "path": entry.path,
            "label": entry.name,
            "is_folder": entry.is_folder,
            "note": "folder" if entry.is_folder else file_size(entry.size_bytes),
        }
        for entry in listing(session.folder, inside)
    ]
    parent = None if not inside else inside.rpartition("/")[0]
    return files(inside or "this folder", parent, entries)
