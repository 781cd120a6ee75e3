import pytest

from automl_magic import data
from automl_magic.cli import main
from automl_magic.data.checks import encoding


@pytest.mark.parametrize(
    ("name", "finding"),
    [("utf-8", None), ("utf-8-sig", None), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")],
)
def test_an_encoding_other_than_utf_8_is_said(name, finding, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("stadt;y\nKöln;1\nÅrhus;0\n".encode(name))
    frame = data.load(str(path))

    dataset = data.profile(frame, name="t", source=str(path), read=data.read_call(frame))

    details = [f.detail for f in dataset.findings if f.code == encoding.CODE]
    assert details == (
        [] if finding is None else [f"The file isn't UTF-8. It was read as {finding}."]
    )


def test_the_plan_says_the_encoding_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    path = tmp_path / "t.csv"
    rows = "".join(f"{city};{i % 7};{i % 2}\n" for i, city in enumerate(["Köln", "Århus"] * 40))
    path.write_bytes(f"stadt;x;y\n{rows}".encode("cp1252"))

    with pytest.raises(SystemExit):
        main(["plan", str(path), "--target", "y", "-o", str(tmp_path / "plan")])

    assert "80 rows, 3 columns, read as Windows-1252" in capsys.readouterr().out
