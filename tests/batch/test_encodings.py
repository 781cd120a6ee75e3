import gzip
import random

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.batch.encodings import detect_encoding
from automl_magic.batch.formats import SUFFIXES
from automl_magic.batch.readers import CsvReader
from automl_magic.errors import DataNotReadable

WESTERN = [
    ("Müller", "Köln", "12 m² à 5 €"), ("José", "Málaga", "½ kg"), ("Zoë", "Nîmes", "30 °C"),
    ("Smith", "Århus", "“well” – it’s"), ("Núñez", "São Paulo", "100 £"), ("Bob", "Oslo", "µg"),
]  # fmt: skip
OTHERS = {
    "cp1251": [("Иванов", "Москва", "да"), ("Петрова", "Тверь", "нет")],
    "gb18030": [("王伟", "北京市", "是"), ("李娜", "上海市", "否")],
    "shift_jis": [("田中", "東京都", "はい"), ("鈴木", "大阪府", "いいえ")],
    "euc_kr": [("김철수", "서울", "네"), ("이영희", "부산", "아니요")],
    "iso8859_7": [("Γιώργος", "Αθήνα", "ναι")],
    "cp1250": [("Łukasz", "Łódź", "tak"), ("Paweł", "Gdańsk", "są")],
}


def _csv(rows, share=1.0, n_rows=300):
    draw = random.Random(7)
    lines = ["name;city;note;amount"]
    for i in range(n_rows):
        name, city, note = draw.choice(rows) if draw.random() < share else ("Ann", "York", "ok")
        lines.append(f"{name};{city};{note};{i},5")
    return "\r\n".join(lines) + "\r\n"


def _values(reader):
    columns = {}
    for chunk in reader.chunks(["name", "city", "note"], [], 0):
        for name, values in chunk.table().items():
            columns.setdefault(name, []).extend(values.distinct[values.codes].tolist())
    return columns


@pytest.mark.parametrize(
    ("encoding", "packed", "share"),
    [
        ("cp1252", False, 0.02),
        ("cp1252", True, 1.0),
        ("utf-8-sig", False, 1.0),
        ("utf-16", False, 0.02),
        *(
            pytest.param(encoding, packed, share, marks=pytest.mark.long)
            for encoding in ("cp1252", "utf-8", "utf-8-sig", "utf-16")
            for packed in (False, True)
            for share in (1.0, 0.02)
        ),
    ],
)
def test_every_encoding_gives_the_same_table_in_training_and_in_a_batch(
    encoding, packed, share, tmp_path
):
    text = _csv(WESTERN, share)
    path = tmp_path / ("t.csv.gz" if packed else "t.csv")
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if packed else content)
    stored_as = {"name": "text", "city": "text", "note": "text", "amount": "text"}

    frame = data.load(str(path))
    batch = _values(data.reader(str(path), stored_as))
    upload = _values(SUFFIXES[".csv"].reader(path, {}, stored_as))

    rows = [line.split(";") for line in text.splitlines()[1:]]
    assert frame["name"].tolist() == [row[0] for row in rows]
    assert frame["note"].tolist() == [row[2] for row in rows]
    assert batch == upload == frame[["name", "city", "note"]].to_dict("list")
    assert data.read_call(frame)["options"]["encoding"] == encoding


def test_pandas_reads_the_same_text_by_the_options_of_the_notebook(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(_csv(WESTERN).encode("cp1252"))

    frame = data.load(str(path))

    options = data.read_call(frame)["options"]
    pd.testing.assert_frame_equal(pd.read_csv(path, **options), frame)


@pytest.mark.parametrize("name", ["t.jsonl", "t.json"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_json_in_another_encoding_is_read_alike(encoding, name, tmp_path):
    frame = pd.DataFrame(WESTERN, columns=["name", "city", "note"])
    text = frame.to_json(orient="records", lines=name == "t.jsonl", force_ascii=False)
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))

    reader = data.reader(str(path), dict.fromkeys(frame, "text"))
    (chunk,) = reader.chunks(list(frame), [], 0)

    assert data.load(str(path)).to_dict("list") == frame.to_dict("list")
    assert {name: v.tolist() for name, v in chunk.table().items()} == frame.to_dict("list")


@pytest.mark.parametrize("share", [1.0, 0.05])
@pytest.mark.parametrize("encoding", OTHERS)
def test_what_may_not_be_windows_1252_is_refused_with_a_command(encoding, share, tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(_csv(OTHERS[encoding], share).encode(encoding))

    with pytest.raises(DataNotReadable, match="encoding of") as caught:
        detect_encoding(path)
    assert "iconv -f " in caught.value.fix


def test_a_letter_far_into_the_file_decides_for_the_whole_file(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"x,y\n" + b"".join(b"%d,ok\n" % i for i in range(60_000)) + b"1,\xe9\n")

    assert data.load(str(path))["y"].iloc[-1] == "é"
    (*_, last) = CsvReader.from_path(path, {}, {"y": "text"}).chunks(["y"], [], 0)
    assert last.table()["y"].distinct[-1] == "é"


def test_a_character_is_not_cut_where_a_chunk_of_the_file_ends(tmp_path):
    path = tmp_path / "t.csv"
    text = "é,y\n" + "ü" * 300_000 + ",1\n" + "x,€\n"
    path.write_bytes(text.encode("utf-16"))

    frame = data.load(str(path))

    assert frame["é"].tolist() == ["ü" * 300_000, "x"]
    assert frame["y"].tolist() == ["1", "€"]
