"""Step 1: which table."""

from __future__ import annotations

from automl_magic.look.numbers import file_size
from automl_magic.wizard.answers import FRAME
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
from automl_magic.wizard.table import BUNDLED

NAME = "Data"
TITLE = "Which table do you want to learn from?"
LEAD = "One row for each thing that is known, one column for each thing that is known of it."
SAMPLES = {
    "breast_cancer": "569 cell samples: is a lump malignant? A good first try.",
    "diabetes": "442 patients: how far will the disease have gone in a year? A number.",
    "wine": "178 wines: which of three growers made it?",
    "iris": "150 flowers of three kinds, by four measurements.",
    "digits": "1,797 small pictures of handwritten digits.",
}
_SHOWN_ROWS, _SHOWN_COLUMNS = 5, 8


def blocks(session: Session) -> list[Block]:
    shown = [*_chosen(session)]
    source = session.answers.source
    frames = session.frames
    if frames:
        reason = "They are in this notebook's memory already."
        names = [
            option(FRAME + name, name, f"{rows:,} rows, {columns:,} columns")
            for name, (rows, columns) in frames
        ]
        shown.append(choice("source", "DataFrames of this notebook", names, source, reason))
    samples = [option(BUNDLED + name, name, note) for name, note in SAMPLES.items()]
    offered: list[Block] = [
        _browser(session),
        upload(
            f"Upload a table ({', '.join(ACCEPT)})",
            ",".join((*ACCEPT, ".gz")),
            LARGEST_UPLOAD_BYTES,
        ),
        choice("source", "Sample data", samples, source, "Nothing of yours is needed to try it."),
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
