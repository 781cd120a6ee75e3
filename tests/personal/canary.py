"""A table with planted personal values, and the search for them in everything that was written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

N_PEOPLE, N_ROWS = 90, 400
# Each planted value contains one of these texts, and nothing else does.
TRACES = re.compile(
    rb"@leak\.example|49 30 901[0-9]{3}|3704 ?0044 ?0[0-9]|45391488|4\.5391488"
    rb"|219-09-|203\.0\.113\."
)
PERSONAL = {
    "mail": "email",
    "called": "phone",
    "bank": "iban",
    "paid_with": "card_number",
    "paid_by": "card_number",
    "social": "national_id",
    "host": "ip_address",
}


def person(number: int) -> dict[str, object]:
    """Return the personal values of a person."""
    card = _card(number)
    return {
        "mail": f"canary{number}@leak.example",
        "called": f"+49 30 901{number:03d}",
        "bank": _iban(number),
        "paid_with": card,
        "paid_by": int(card),
        "social": f"219-09-{1000 + number}",
        "host": f"203.0.113.{number + 1}",
    }


def people(n_rows: int = N_ROWS, *, seed: int = 0) -> pd.DataFrame:
    """Return a table in which people occur several times, and decide the outcome."""
    rng = np.random.default_rng(seed)
    who = rng.integers(0, N_PEOPLE, n_rows)
    spend = np.round(rng.gamma(2.0, 20.0, n_rows), 2)
    left = (who % 3 == 0) ^ (rng.random(n_rows) < 0.1) ^ (spend > 90)
    personal = pd.DataFrame([person(int(number)) for number in who])
    return personal.assign(
        spend=spend,
        plan=rng.choice(["basic", "plus", "pro"], n_rows),
        note=[
            f"please answer to canary{n}@leak.example about the order of row {i}"
            for i, n in enumerate(who)
        ],
        left=np.where(left, "yes", "no"),
    )


def traces(*places: Path, but: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    """Return the planted values that stand in the files of some folders, by the path of a file."""
    hits: dict[str, list[str]] = {}
    for place in places:
        for path in sorted(place.rglob("*")):
            if not path.is_file() or path.is_symlink() or path in but:
                continue
            for part, content in _contents(path):
                if texts := sorted(set(TRACES.findall(content))):
                    decoded = [text.decode() for text in texts]
                    hits[f"{path.relative_to(place)}{part}"] = decoded
    return hits


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield "", content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"!{name}", archive.read(name)
    if path.suffix == ".parquet":
        yield "!rows", pd.read_parquet(path).to_csv().encode()


def _iban(number: int) -> str:
    bank = f"370400440{number:09d}"
    check = 98 - int(f"{bank}131400") % 97
    return f"DE{check:02d}{bank}"


def _card(number: int) -> str:
    first = f"45391488{number:07d}"
    doubled = [int(d) * 2 if i % 2 == 0 else int(d) for i, d in enumerate(first[::-1])]
    total = sum(d - 9 if d > 9 else d for d in doubled)
    return f"{first}{-total % 10}"
