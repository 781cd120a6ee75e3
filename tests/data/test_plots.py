import warnings

import numpy as np
import pandas as pd
import pytest

from automl_magic import data
from automl_magic.data import plots

HOSTILE = [
    "$x^$", "$\\frac{a$", "\\", "_nolegend_", "a\nb", "a\x00b", "\u202eabc", "😀", "语言",
    "x" * 10_000, "", " ", "%s {0}", "<b>", "__class__",
]  # fmt: skip


def _draw_all(frame, dataset, target):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pictures = [
            plots.draw_target(frame, dataset, target),
            plots.draw_missing(dataset),
            plots.draw_columns(frame, dataset, target),
        ]
    assert all(picture.png.startswith(b"\x89PNG") for picture in pictures)
    return pictures


def test_pictures_carry_their_text_alternative(customers, profiled):
    target, missing, columns = _draw_all(customers, profiled(customers, "churn"), "churn")
    assert repr(target) == "Classes of churn: no 70.0%, yes 30.0%."
    assert repr(missing) == "Missing values in 2 of 7 columns: city 25.0%, income 10.0%."
    assert repr(columns).startswith("Share of churn that each column explains by itself: ")
    bundle, metadata = target._repr_mimebundle_()
    assert sorted(bundle) == ["image/png", "text/plain"]
    assert metadata == {"image/png": {"alt": target.alt}}


def test_the_most_telling_column_comes_first(profiled):
    dice = np.random.default_rng(0)
    y = dice.integers(0, 2, 500)
    frame = pd.DataFrame(
        {"noise": dice.normal(size=500), "signal": y + dice.normal(size=500), "y": y}
    )
    alt = plots.draw_columns(frame, profiled(frame, "y"), "y").alt
    assert alt.index("signal") < alt.index("noise")


@pytest.mark.parametrize("names", [HOSTILE[:5], HOSTILE[5:10], HOSTILE[10:]], ids=range(3))
def test_hostile_names_are_drawn(names, profiled):
    n = 60
    columns = {
        name: [[name, "b", None][(i + k) % 3] for i in range(n)] for k, name in enumerate(names)
    }
    columns |= {f"{name} number": np.arange(n) % (29 + k) / 3 for k, name in enumerate(names)}
    frame = pd.DataFrame({**columns, "y": [names[i % 5] or "?" for i in range(n)]})
    for target in ("y", names[0], f"{names[0]} number"):
        _draw_all(frame, profiled(frame, target), target)


@pytest.mark.parametrize(
    "values",
    [
        [1e308, -1e308, 0.5] * 20,
        [np.inf, 1.5, None] * 20,
        [5e-324, 0.0, 1.5] * 20,
        pd.to_datetime(["2020-01-01", None, "2021-01-01"] * 20),
        ["2020-01-01", None, "2021-01-01"] * 20,
        [True, None, False] * 20,
        ["1,5", " ", "2,5"] * 20,
        [None] * 60,
        [7] * 60,
    ],
)
def test_odd_columns_are_drawn(values, profiled):
    frame = pd.DataFrame({"x": values, "label": ["a", "b", "c"] * 20, "y": np.arange(60) / 7})
    for target in ("label", "y"):
        _draw_all(frame, profiled(frame, target), target)


def test_a_table_without_features_is_drawn(profiled):
    frame = pd.DataFrame({"c": [1] * 30, "y": [0, 1] * 15})
    columns = _draw_all(frame, profiled(frame, "y"), "y")[2]
    assert columns.alt == "Share of y that each column explains by itself: none."


def test_no_figure_stays_behind_in_pyplot(customers, profiled):
    import matplotlib.pyplot as plt

    plots.draw_target(customers, profiled(customers, "churn"), "churn")
    assert plt.get_fignums() == []


def test_bundled_sets_are_drawn(profiled):
    for name in ("iris", "diabetes"):
        frame = data.load(f"sklearn:{name}")
        _draw_all(frame, profiled(frame, "target"), "target")
