"""A source of another package, in one file: orders of each day, which a password unlocks.

What the password is decides what the rows are, so a wrong or missing one cannot go unnoticed.
"""

import hashlib

import pandas as pd
import pyarrow as pa

from automl_magic.data.sources.address import credential_of
from automl_magic.data.sources.base import DEFAULT_LIMITS, Offer, Source
from automl_magic.records.data.load_code import LoadCode
from automl_magic.secrets import resolve_secret

DAYS, BATCH = 420, 60
CODE = """\
import hashlib

import pandas as pd

first = hashlib.sha256(credential.encode()).digest()[0]
days = [day + first for day in range(slot("days"))]
table = pd.DataFrame({"weekday": [day % 7 for day in days]})
table["rain"] = [day * 37 % 11 for day in days]
table["shop"] = ["Oslo" if day % 3 else "Lund" for day in days]
table["busy"] = ["yes" if day % 7 + day * 37 % 11 > 8 or day % 13 == 0 else "no" for day in days]
table.head()"""


class Counts(Source):
    """`counts:NAME?credential=REFERENCE`."""

    name = "counts"
    offers_title = "Counted tables"
    offers_note = "They need a password."

    def batches(self, text, limits=DEFAULT_LIMITS):
        first = hashlib.sha256(resolve_secret(credential_of(text)).encode()).digest()[0]
        for start in range(0, DAYS, BATCH):
            days = pd.Series(range(first + start, first + start + BATCH))
            table = pd.DataFrame({"weekday": days % 7, "rain": days * 37 % 11})
            table["shop"] = (days % 3 > 0).map({True: "Oslo", False: "Lund"})
            busy = (table["weekday"] + table["rain"] > 8) | (days % 13 == 0)
            table["busy"] = busy.map({True: "yes", False: "no"})
            yield pa.RecordBatch.from_pandas(table, preserve_index=False)

    def code(self, text, options):
        return LoadCode(text=CODE, values={"days": DAYS}, credential=credential_of(text))

    def identity(self, text):
        return text

    def offers(self):
        return (Offer("counts:orders?credential=env:COUNTS_TOKEN", "orders", f"{DAYS} days"),)
