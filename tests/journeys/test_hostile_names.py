"""Names and values that would be code, formulas, mark-up or terminal commands stay what they are.

The whole journey is typed with them: plan, search, leaderboard, explore, the standalone notebook
executed, rerun, predict. Whatever would run one of them leaves a file called canary.
"""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

CONTROL = ("Cc", "Cf", "Cs", "Zl", "Zp")
SENTENCES = ("good and quick", "bad, slow; late", "nothing to say", "=1+1", "<b>bold</b> $x^$")


def payloads(canary):
    """Return names by the kind of column that they are given to."""
    touch = f"touch {canary}"
    return {
        "number": [
            f"\"]; import os; os.system('{touch}') #",
            f"'); __import__('os').system('{touch}') #",
            f'"""\n!{touch}\n"""',
            f"{{__import__('os').system('{touch}')}}",
            "n" * 10_000,
            "$x^$",
            '# %% [markdown]\nslot("name")',
        ],
        "category": [
            f"%%bash\n{touch}",
            f"$({touch})`{touch}`",
            "=cmd|'/c calc'!A1",
            "\u202etxt.yranac\u2066",
            "👩\u200d👧 näme 中",
            "\x1b]0;owned\x07\x1b[2J\x9b31m",
            f"<img src=x onerror=\"fetch('{canary}')\">",
            "\\N{BULLET}\\u0022\\",
        ],
        "text": [f"\u2028import os\u2029os.system('{touch}')\x85"],
        "date": [f"a\r\nb, 'c' \"d\" `e`; {touch}"],
        "target": [f"y'] = 1\nopen('{canary}', 'w') #"],
    }


def hostile_table(names, task, n=240):
    """Return a table whose names, categories and classes are all hostile."""
    draw = random.Random(3)
    flat = [name for of_kind in names.values() for name in of_kind if len(name) < 200]
    table = {name: [round(draw.gauss(0, 1), 3) for _ in range(n)] for name in names["number"]}
    signal = table[names["number"][0]]
    for i, name in enumerate(names["category"]):
        levels = [flat[(i + k) % len(flat)] for k in range(4)]
        table[name] = [draw.choice(levels) for _ in range(n)]
    for name in names["text"]:
        table[name] = [
            f"{draw.choice(SENTENCES)} {draw.choice(SENTENCES)} {i} {draw.choice(SENTENCES)}"
            for i in range(n)
        ]
    for name in names["date"]:
        days = [draw.randrange(2000) for _ in range(n)]
        table[name] = [
            f"{pd.Timestamp('2020-01-01') + pd.Timedelta(d, 'D'):%Y-%m-%d}" for d in days
        ]
    (target,) = names["target"]
    classes = {"binary": [names["category"][2], names["number"][0]], "multiclass": flat[:3]}
    if task == "regression":
        table[target] = [3 * value + draw.random() for value in signal]
    else:
        labels = classes[task]
        table[target] = [
            labels[min(len(labels) - 1, max(0, int(value + 1 + draw.gauss(0, 0.3))))]
            for value in signal
        ]
    return pd.DataFrame(table), target


def control_characters(text):
    return {c for c in text if unicodedata.category(c) in CONTROL} - {"\n"}


def write(table, path):
    if path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".jsonl":
        table.to_json(path, orient="records", lines=True)
    else:
        table.to_parquet(path, index=False)


@pytest.mark.parametrize(
    ("task", "suffix"),
    [
        ("binary", ".jsonl"),
        pytest.param("multiclass", ".parquet", marks=pytest.mark.long),
        pytest.param("regression", ".csv", marks=pytest.mark.long),
    ],
)
def test_the_whole_journey_with_hostile_names(task, suffix, place):
    canary = place.work / "canary"
    names = payloads(canary)
    table, target = hostile_table(names, task)
    data = f"ta'ble \"; touch canary #$x^${suffix}"
    write(table, place.work / data)
    shown = ""

    def typed(*words):
        nonlocal shown
        said = place.type(*words)
        assert said.code == 0, said.err[-2000:]
        shown += said.out + said.err
        return said

    typed("plan", data, "--target", target, "--budget", "8s", "-o", "pl'an; touch canary")
    fitted = typed("run", "pl'an; touch canary", "--json")
    run_id = json.loads(fitted.out)["run_id"]
    typed("leaderboard")
    typed("run", "pl'an; touch canary/explore.ipynb")
    typed("notebook", run_id, "-o", "model.ipynb")
    executed = json.loads(typed("run", "model.ipynb", "--json").out)["notebook"]
    typed("predict", run_id, data, "-o", "predictions.csv")
    typed("runs")

    cells = json.loads(Path(executed).read_text("utf-8"))["cells"]
    score = next(cell for cell in cells if cell["id"] == "score")
    printed = json.loads("".join(score["outputs"][-1]["text"]))
    holdout = json.loads(fitted.out)["holdout"]
    assert printed["score"] == pytest.approx(holdout["score"], abs=1e-6)
    assert list(place.path.rglob("canary")) == []
    assert control_characters(shown) == set()
    predictions = pd.read_csv(place.work / "predictions.csv")
    assert len(predictions) == len(table)
    if task != "regression":
        assert set(predictions["prediction"]) <= {
            label for name in table[target] for label in (name, f"'{name}")
        }
        assert not predictions["prediction"].str.startswith("=").any()
