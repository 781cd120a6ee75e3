import csv
import io
import itertools

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.batch.separators import SEPARATORS, sniff_separator

# Two columns beside the content, so that each table also has plain fields.
HEADERS = {
    "words": ["name", "value", "city"],
    "one word and more": ["id", "amount in EUR", "delivery address"],
    "with commas": ["Name, first", "Net, EUR", "Street, city"],
    "units": ["T (°C)", "p [hPa]", "v/m·s⁻¹"],
    "years": ["2019", "2020", "2021"],
    "an index without a name": ["", "value", "city"],
}
CONTENTS = {
    "decimal commas": [["1,5", "-0,25", "1.234,56"], ["12,0", "3,75", "999,99"]],
    "decimal points": [["1.5", "-0.25", "1,234.56"], ["12.0", "3.75", "999.99"]],
    "addresses": [
        ["Anna", "Storgata 5, 0155 Oslo", "Norway"],
        ["Bob", "5 Main St, Apt 3, Springfield", "USA"],
    ],
    "prose": [["Late again, sadly; never more", "1", "x|y"], ["Good, cheap, fast", "2", "z"]],
    "JSON": [['{"a": 1, "b": [2, 3]}', "0", "[1,2]"], ['{"a": null, "b": []}', "1", "[]"]],
    "lists": [["a;b;c", "1", "red|blue"], ["d;e", "0", "green"]],
    "dates": [["2024-05-01 10:00", "01.05.2024", "5/1/2024"], ["2024-06-01T09:30", "1", ""]],
    "blanks": [["", "", ""], ["", "7", ""]],
    "line breaks": [["two\nlines, and; more", "1", "a"], ["one", "2", "b"]],
}
QUOTES = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "text": csv.QUOTE_NONNUMERIC}


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_table_that_a_program_wrote_is_cut_as_it_was_written(content, separator):
    for header, quotes, n_rows in itertools.product(HEADERS, QUOTES, (2, 5, 400)):
        out = io.StringIO()
        writer = csv.writer(out, delimiter=separator, quoting=QUOTES[quotes])
        writer.writerow(HEADERS[header])
        writer.writerows(itertools.islice(itertools.cycle(CONTENTS[content]), n_rows))
        text = out.getvalue()

        sniffed = sniff_separator(text[: 64 * 1024], is_complete=len(text) <= 64 * 1024)

        assert sniffed == separator, (header, quotes, text[:200])


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("content", ["decimal commas", "addresses", "prose", "JSON"])
def test_commas_without_quotes_do_not_cut_a_table_with_another_separator(content, separator):
    for header, n_rows in itertools.product(HEADERS, (2, 5, 60)):
        rows = itertools.islice(itertools.cycle(CONTENTS[content]), n_rows)
        records = [HEADERS[header], *rows]
        safe = [[field.replace(separator, " ") for field in record] for record in records]
        text = "\n".join(separator.join(record) for record in safe)

        assert sniff_separator(text, is_complete=True) == separator, text[:200]


def test_a_few_ragged_lines_do_not_change_the_separator():
    rows = ["1,5;Oslo;x", "2,5;Lund, Skåne;y"] * 40
    rows[7], rows[55] = "3,5;Oslo", "4,5;a;b;c"

    assert sniff_separator("\n".join(["a;b;c", *rows]), is_complete=True) == ";"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_header_alone_has_the_separator_that_cuts_it(separator):
    assert sniff_separator(separator.join("abcd"), is_complete=True) == separator


def test_one_column_with_commas_is_one_column(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("price\n1,5\n2,25\n")

    assert data.load(str(path)).to_dict("list") == {"price": ["1,5", "2,25"]}


def test_a_semicolon_file_with_decimal_commas_loads(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x;y;z\n" + "1,5;2,5;a\n3,5;4,25;b\n" * 30)

    frame = data.load(str(path))

    assert frame.shape == (60, 3)
    assert pd.unique(frame["y"]).tolist() == ["2,5", "4,25"]
