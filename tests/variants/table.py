"""The one table that is written in many ways, and the three targets that it can have."""

import datetime as dt

import numpy as np
import pandas as pd

N_ROWS = 300
TARGETS = {"binary": "churn", "multiclass": "tier", "regression": "value"}

# Codes that a float can't tell from their neighbours.
DEVICES = [1_234_567_890_123_456_781 + i for i in range(6)]
SITES = ("Århus", "São Paulo", "Oslo", "Lund", "Köln")
WORDS = ("late parcel; twice", "kind, quick answer", "wrong bill", "no answer", 'said "no"')
# How often a value is blank.
BLANK = {"amount": 0.05, "device": 0.06, "consent": 0.08, "since": 0.04, "site": 0.05}

NUMBERS = ("amount", "share")
INTEGERS = ("visits",)
BOOLEANS = ("active", "consent")
DATES = ("since",)
LABELS = ("site", "product", "depot", "discount", "note")
FEATURES = ("amount", "share", "visits", "device", "active", "consent", "since", *LABELS)


def values(seed: int = 15) -> dict[str, list[object]]:
    """Return the columns as Python values, None for a blank, with all three targets."""
    rng = np.random.default_rng(seed)
    n = N_ROWS
    start = dt.datetime(2023, 1, 1)  # noqa: DTZ001 - as in most tables
    columns: dict[str, list[object]] = {
        "amount": [round(float(x), 2) for x in rng.gamma(2.0, 900.0, n) + 5],
        "share": [round(float(x), 3) for x in rng.random(n)],
        "visits": [int(x) for x in rng.integers(0, 40, n)],
        "device": [DEVICES[i] for i in rng.integers(0, len(DEVICES), n)],
        "active": [bool(x) for x in rng.random(n) < 0.55],
        "consent": [bool(x) for x in rng.random(n) < 0.4],
        "since": [start + dt.timedelta(minutes=int(x)) for x in rng.integers(0, 900_000, n)],
        "site": [SITES[i] for i in rng.integers(0, len(SITES), n)],
        "product": [f"P-{i:03}" for i in rng.integers(0, 60, n)],
        "depot": [f"0{1200 + 7 * i}" for i in rng.integers(0, 12, n)],
        "discount": [("None", "low", "high")[i] for i in rng.integers(0, 3, n)],
        "note": [
            f"{WORDS[i]} and {WORDS[j]}" for i, j in rng.integers(0, len(WORDS), (n, 2)).tolist()
        ],
    }
    risk = (
        np.array(columns["amount"]) / 900
        + 2 * np.array(columns["share"])
        + np.array(columns["visits"]) / 10
        + 1.5 * np.array(columns["active"])
        - 1.5 * np.array(columns["consent"])
        + np.array([device % 7 / 2 for device in columns["device"]])
        + np.array([(moment - start).days / 200 for moment in columns["since"]])
        + np.array([SITES.index(site) / 2 for site in columns["site"]])
        + np.array([int(product[2:]) % 5 / 2 for product in columns["product"]])
        + np.array([int(depot) % 3 / 2 for depot in columns["depot"]])
        + np.array([{"None": 0.0, "low": 1.0, "high": 2.0}[word] for word in columns["discount"]])
        + np.array([note.count("wrong") for note in columns["note"]])
        + rng.normal(0, 0.7, n)
    )
    low, high = np.quantile(risk, [1 / 3, 2 / 3])
    columns["churn"] = ["yes" if x > np.median(risk) else "no" for x in risk]
    columns["tier"] = ["gold" if x > high else "silver" if x > low else "bronze" for x in risk]
    columns["value"] = [round(100 * float(x), 2) for x in risk]
    for name, share in BLANK.items():
        for row in np.flatnonzero(rng.random(n) < share):
            columns[name][row] = None
    return columns


def only_target(columns: dict[str, list[object]], task: str) -> dict[str, list[object]]:
    """Return the columns with one of the targets."""
    others = set(TARGETS.values()) - {TARGETS[task]}
    return {name: rows for name, rows in columns.items() if name not in others}


def frame(columns: dict[str, list[object]]) -> pd.DataFrame:
    """Return the columns as a typed DataFrame: exact integers, nullable booleans, datetimes."""
    typed = pd.DataFrame({name: pd.Series(rows, dtype=object) for name, rows in columns.items()})
    dtypes = {
        **dict.fromkeys((*NUMBERS, *({"value"} & set(columns))), "float64"),
        **dict.fromkeys(INTEGERS, "int64"),
        "device": "Int64",
        "active": "bool",
        "consent": "boolean",
        "since": "datetime64[us]",
    }
    return typed.astype({name: dtype for name, dtype in dtypes.items() if name in columns})
