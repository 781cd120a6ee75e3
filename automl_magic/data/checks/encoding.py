"""AM018: a text file in another encoding than UTF-8."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.batch.encodings import TITLES, UTF_8, UTF_8_BOM
from automl_magic.data.checks.context import CheckContext
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM018", "Other encoding than UTF-8"


def run(table: CheckContext) -> Iterator[Finding]:
    options = table.read.get("options", {})
    # An archive has the options of the file in it.
    encoding = options.get("options", options).get("encoding", UTF_8)
    if encoding in (UTF_8, UTF_8_BOM):
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"The file isn't UTF-8. It was read as {TITLES[encoding]}.",
        fix="No action needed if its letters are right. Otherwise convert it from its encoding: "
        "iconv -f ENCODING -t utf-8 FILE",
        evidence={"encoding": TITLES[encoding]},
    )
