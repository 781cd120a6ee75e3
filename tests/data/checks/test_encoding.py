import pytest

from automl_magic import data
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
