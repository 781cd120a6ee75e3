import pandas as pd
import pytest

N = 200


def _table(values):
    return pd.DataFrame({"x": values, "y": [1, 2] * (N // 2)})


@pytest.mark.parametrize(
    ("code", "other"),
    [(-999, lambda i: i % 70), (9999, lambda i: 18.5 + i % 60), (-1, lambda i: i % 9)],
)
def test_a_number_far_from_the_others_is_offered(run_check, code, other):
    finding = run_check(_table([code if i % 20 == 3 else other(i) for i in range(N)]), "AM017")

    assert finding.evidence == {"code": {"x": code}, "rows": {"x": 10}}
    assert finding.fix.startswith(
        f"If it means that the value is missing, type --missing 'x={code}'"
    )


@pytest.mark.parametrize(
    "other", [lambda i: i - 100, lambda i: 10 * i, lambda i: i % 2, lambda i: 990 + i % 20]
)
def test_numbers_of_a_range_are_none(run_check, other):
    assert run_check(_table([other(i) for i in range(N)]), "AM017") is None
