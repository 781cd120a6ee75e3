import pytest

from automl_magic.display.numbers import format_file_size, format_milliseconds


@pytest.mark.parametrize(
    ("n_bytes", "shown"),
    [
        (None, "–"),
        (0, "0 kB"),
        (3_900, "4 kB"),
        (2.4e6, "2.4 MB"),
        (310e6, "310 MB"),
        (2e9, "2.0 GB"),
    ],
)
def test_sizes_are_readable(n_bytes, shown):
    assert format_file_size(n_bytes) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "–"), (0.0731, "0.073 ms"), (12.3, "12 ms"), (1234.0, "1.2 s")]
)
def test_latencies_are_readable(value, shown):
    assert format_milliseconds(value) == shown
