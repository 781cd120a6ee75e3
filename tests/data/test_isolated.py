import gzip
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from automl_magic import data
from automl_magic.data import ReadLimits
from tests.waiting import PATIENCE_S, wait_for


@pytest.fixture(scope="module")
def bomb(tmp_path_factory):
    """A Parquet file of less than 400 bytes that holds 60 million rows."""
    path = tmp_path_factory.mktemp("bomb") / "bomb.parquet"
    n_rows = 60_000_000
    table = pa.table({"a": pa.nulls(n_rows), "b": pa.nulls(n_rows)})
    pq.write_table(
        table,
        path,
        compression="zstd",
        store_schema=False,
        write_statistics=False,
        row_group_size=n_rows,
        max_rows_per_page=n_rows,
        data_page_size=1 << 30,
        write_batch_size=1 << 26,
    )
    return path.read_bytes()


def _growing(load):
    """Return by how much the memory of this process grew, in bytes."""
    process = psutil.Process()
    before = process.memory_info().rss
    load()
    return process.memory_info().rss - before


def test_a_parquet_bomb_of_400_bytes_is_refused_by_its_row_count(bomb, refused):
    assert len(bomb) < 400
    grown = _growing(lambda: refused(bomb, "t.parquet"))
    assert grown < 50_000_000
    error = refused(bomb, "t.parquet")
    assert error.why == "It has 60,000,000 rows by its metadata. The limit is 50,000,000."


def test_a_parquet_bomb_within_the_row_limit_is_refused_by_its_size(bomb, refused):
    error = refused(bomb, "t.parquet", limits=ReadLimits(rows=10**9))
    assert error.why.startswith(f"Its {len(bomb)} bytes expand to 960,000,000 by its metadata.")


def test_a_parquet_bomb_that_is_let_in_runs_out_of_memory_alone(bomb, refused):
    limits = ReadLimits(rows=10**9, ratio=10**7, memory_bytes=100 << 20)
    assert refused(bomb, "t.parquet", limits=limits).what.endswith("needs too much memory.")


def test_a_gzip_bomb_ends_at_its_ratio(refused):
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 5_000_000)
    limits = ReadLimits(ratio_floor_bytes=1 << 20)
    grown = _growing(lambda: refused(bomb, "t.csv.gz", limits=limits))
    assert grown < 50_000_000
    error = refused(bomb, "t.csv.gz", limits=limits)
    assert error.what.endswith("expands to too much data.")
    assert error.fix.endswith("gunzip -k t.csv.gz")


def test_a_reader_that_runs_out_of_memory_harms_nobody(refused):
    rows = b"".join(b"%d,%d\n" % (i, i * 7) for i in range(400_000))
    error = refused(b"a,b\n" + rows, limits=ReadLimits(memory_bytes=12 << 20))
    assert error.what.endswith("needs too much memory.")


def test_a_reader_that_takes_too_long_is_ended(refused):
    error = refused(b"a,b\n1,2\n", limits=ReadLimits(seconds=0))
    assert error.what.endswith("takes too long to read.")


def test_too_many_columns_are_refused(refused):
    header = ",".join(f"c{i}" for i in range(50_000))
    row = ",".join("1" for _ in range(50_000))
    error = refused(f"{header}\n{row}\n".encode())
    assert error.why == "It has 50,000. The limit is 10,000."


def test_too_many_rows_are_refused(refused):
    assert "The limit is 2." in refused(b"a,b\n1,2\n3,4\n5,6\n", limits=ReadLimits(rows=2)).why


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_cut_files_are_refused(keep, tmp_path, customers, refused):
    path = tmp_path / "whole.parquet"
    pd.concat([customers] * 50).to_parquet(path)
    content = path.read_bytes()
    assert "truncated or corrupt" in refused(content[: int(len(content) * keep)], "t.parquet").fix
    packed = gzip.compress(pd.concat([customers] * 50).to_csv(index=False).encode())
    assert refused(packed[: int(len(packed) * keep)], "t.csv.gz").what.endswith("is truncated.")


def test_nested_columns_are_refused_by_name(tmp_path, refused):
    path = tmp_path / "nested.parquet"
    pq.write_table(pa.table({"a": [[1], [2]], "b": [1, 2]}), path)
    assert (
        refused(path.read_bytes(), "t.parquet").why
        == "Column 'a' has the type list<element: int64>."
    )


def test_repeated_names_in_parquet_are_refused(tmp_path, refused):
    path = tmp_path / "twice.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    assert refused(path.read_bytes(), "t.parquet").why == "More than one column has the name 'a'."


def test_a_module_beside_the_caller_is_not_imported(tmp_path, customers):
    (tmp_path / "pandas.py").write_text("raise SystemExit('hijacked')\n")
    customers.to_csv(tmp_path / "t.csv", index=False)
    code = "from automl_magic import data; print(data.load('t.csv').shape)"
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "(60, 7)\n"


def test_no_file_stays_behind(tmp_path, customers, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    customers.to_csv(tmp_path / "t.csv", index=False)
    frame = data.load(str(tmp_path / "t.csv"))
    assert list((tmp_path / "temporary").iterdir()) == []
    # The text lies in a mapped file that has no name any more, and is still there.
    assert frame["city"].tolist()[:2] == ["Oslo", "Lima"]


@pytest.mark.long
def test_mutated_files_never_harm_the_parent(tmp_path, customers):
    """Flipped and cut bytes: each file loads, or is refused with three lines."""
    import random

    from automl_magic.errors import DataNotReadable

    dice = random.Random(0)
    customers.to_parquet(tmp_path / "t.parquet")
    customers.to_json(tmp_path / "t.jsonl", orient="records", lines=True)
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(customers.to_csv(index=False).encode()))
    for name in ("t.parquet", "t.jsonl", "t.csv.gz"):
        content = (tmp_path / name).read_bytes()
        for _ in range(60):
            broken = bytearray(content)
            for _ in range(dice.randint(1, 8)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            (tmp_path / f"broken-{name}").write_bytes(broken)
            try:
                data.load(str(tmp_path / f"broken-{name}"))
            except DataNotReadable as error:
                n_lines = len(str(error).splitlines())
            else:
                n_lines = 3
            assert n_lines == 3


def test_ctrl_c_ends_the_reader_too(tmp_path):
    import signal

    (tmp_path / "t.csv").write_bytes(b"a,b\n" + b"1,2\n" * 5_000_000)
    code = "import sys; from automl_magic import data; print(flush=True); data.load(sys.argv[1])"
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "t.csv")],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    parent.stdout.readline()
    readers = wait_for(psutil.Process(parent.pid).children, every_s=0.0)
    parent.send_signal(signal.SIGINT)
    parent.wait(PATIENCE_S)
    psutil.wait_procs(readers, timeout=PATIENCE_S)
    assert not any(reader.is_running() for reader in readers)
