import contextlib
from datetime import date

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.cli import main
from automl_magic.errors import DataNotReadable
from automl_magic.render.slots import fill

openpyxl = pytest.importorskip("openpyxl")

TABLE = pd.DataFrame(
    {
        "code": ["007", "08", "9", None],
        "paid": [1.5, None, 3.0, 4.25],
        "n": [1, 2, 3, 4],
        "when": pd.to_datetime(
            ["2024-05-01T10:30", None, "2024-06-01", "2023-01-01"], format="ISO8601"
        ),
        "day": [date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3), date(2024, 5, 4)],
        "flag": [True, False, True, None],
        "note": ["NA", "", "fine", "-"],
        "mixed": [1, "x", 2.5, None],
        2019: [1, 2, 3, 4],
        "y": ["a", "b", "a", "b"],
    }
)


@pytest.fixture
def book(tmp_path):
    """Return a function that writes sheets of rows to a workbook."""

    def write(name="t.xlsx", **sheets):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        workbook.save(tmp_path / name)
        return str(tmp_path / name)

    return write


def test_cells_keep_their_types(tmp_path):
    path = str(tmp_path / "t.xlsx")
    TABLE.to_excel(path, index=False)

    frame = data.load(path, count_missing=True)

    assert frame["code"].tolist()[:3] == ["007", "08", "9"]
    assert frame["paid"].tolist()[2:] == [3.0, 4.25]
    assert frame["when"].tolist()[0] == pd.Timestamp("2024-05-01 10:30")
    assert frame["day"].dtype.kind == "M"
    assert frame["flag"].tolist()[:3] == [True, False, True]
    assert frame["mixed"].tolist()[:3] == ["1", "x", "2.5"]
    assert frame.columns.tolist() == [str(name) for name in TABLE]
    assert frame["note"].isna().tolist() == [True, True, False, False]
    assert data.missing_counts(frame) == {"note": {"NA": 1}}


def test_a_sheet_and_its_csv_are_one_table(tmp_path):
    table = TABLE[["paid", "n", "y"]]
    table.to_excel(tmp_path / "t.xlsx", index=False)
    table.to_csv(tmp_path / "t.csv", index=False)

    frames = [data.load(str(tmp_path / name)) for name in ("t.xlsx", "t.csv")]

    assert data.fingerprint(frames[0]) == data.fingerprint(frames[1])


def test_the_notebook_reads_the_sheet_that_the_engine_read(tmp_path):
    path = str(tmp_path / "t.xlsx")
    with pd.ExcelWriter(path) as writer:
        TABLE.to_excel(writer, sheet_name="Sales 2024", index=False)
        TABLE.head(2).to_excel(writer, sheet_name="Other")
    frame = data.load(f"{path}#Sales 2024", count_missing=True)
    dataset = data.profile(
        frame, name="t", source=data.locate(f"{path}#Sales 2024"), read=data.read_call(frame)
    )
    code = data.load_code(dataset)
    names = {"data_path": code.data_path}

    exec(fill(code.text, code.values), names)

    assert code.requirements == ("openpyxl",)
    for column in frame:
        assert names["table"][column].dropna().tolist() == frame[column].dropna().tolist()
        assert names["table"][column].isna().tolist() == frame[column].isna().tolist()


def test_a_batch_reads_the_values_of_training(tmp_path):
    path = str(tmp_path / "t.xlsx")
    TABLE.to_excel(path, index=False)

    reader = data.reader(path, {})
    (chunk,) = reader.chunks(["code", "n"], ["y"], 0)

    assert chunk.table()["n"].tolist() == [1, 2, 3, 4]
    assert chunk.table()["code"].tolist()[0] == "007"
    assert reader.identity() == data.reader(path, {}).identity() is not None


def test_one_sheet_with_rows_is_taken_and_several_are_listed(book):
    rows = [["x", "y"], [1, "a"], [2, "b"]]

    assert data.load(book(empty=[], notes=[["only a title"]], sales=rows)).shape == (2, 2)

    path = book(sales=rows, costs=rows)
    with pytest.raises(DataNotReadable, match="2 sheets with a table") as caught:
        data.load(path)
    assert "'sales', 'costs'" in caught.value.why
    assert "--sheet sales" in caught.value.fix
    assert data.load(f"{path}#costs").shape == (2, 2)
    with pytest.raises(DataNotReadable, match="no sheet 'cost'") as caught:
        data.load(f"{path}#cost")
    assert "--sheet costs" in caught.value.fix


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([["Sales of 2024", None, None], ["a", "b", "c"], [1, 2, 3]], "isn't a header"),
        ([["a", None, "c"], [1, 2, 3]], "isn't a header"),
        ([["a", "b", "a"], [1, 2, 3]], "duplicate column names"),
        ([["a", "b"], [1, "=A2*2"], [2, "=A3*2"]], "formulas without values"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(rows, what, book):
    with pytest.raises(DataNotReadable, match=what) as caught:
        data.load(book(sheet=rows))
    assert caught.value.fix


def test_cells_with_a_format_alone_are_no_columns(book, tmp_path):
    path = book(sheet=[["a", "b"], [1, 2], [3, 4]])
    workbook = openpyxl.load_workbook(path)
    workbook.active.cell(row=2, column=9).font = openpyxl.styles.Font(bold=True)
    workbook.save(path)

    assert data.load(path).columns.tolist() == ["a", "b"]


def test_a_broken_workbook_is_refused(refused):
    assert "Can't unpack" in refused(b"PK\x03\x04 and more", "t.xlsx").what
    assert "Can't unpack" in refused(b"no archive", "t.xlsx").what


def test_without_the_package_it_is_named(tmp_path, monkeypatch):
    from automl_magic.data.sources import excel

    TABLE.to_excel(tmp_path / "t.xlsx", index=False)
    monkeypatch.setattr(excel, "_PACKAGE", "a_package_that_nobody_has")

    with pytest.raises(DataNotReadable) as caught:
        data.load(str(tmp_path / "t.xlsx"))
    assert "automl-magic[excel]" in caught.value.fix


def test_the_command_takes_a_sheet_of_an_excel_file_alone(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("a,y\n1,x\n")

    with contextlib.chdir(tmp_path), pytest.raises(SystemExit):
        main(["plan", "t.csv", "--target", "y", "--sheet", "s"])

    assert "--sheet is only for .xlsx files" in capsys.readouterr().err
