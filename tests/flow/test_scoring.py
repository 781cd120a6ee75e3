"""automl predict, from the command's side: where tables lie, what is kept, what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pandas as pd
import pytest

from automl_magic.errors import DataNotReadable, FolderNotWritable, FolderTaken, RunError
from automl_magic.flow.scoring import predict


@pytest.fixture
def table(binary):
    return pd.read_csv(binary.source)


def test_a_folder_and_a_pattern_of_parquet_are_one_table(binary, table, tmp_path):
    for i in range(3):
        (tmp_path / f"d/day={i}").mkdir(parents=True)
        table[i * 100 : (i + 1) * 100].to_parquet(tmp_path / f"d/day={i}/part.parquet")
    whole = predict(binary.run_id, table[:300], tmp_path / "whole.parquet").path

    for source in (tmp_path / "d", tmp_path / "d/*/*.parquet"):
        summary = predict(binary.run_id, source, tmp_path / "p.parquet", overwrite=True)
        assert summary.n_rows == 300
        found, expected = pd.read_parquet(summary.path), pd.read_parquet(whole)
        pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=0)


def test_all_columns_can_be_carried_along(binary, table, tmp_path):
    path = predict(binary.run_id, binary.source, tmp_path / "p.csv", keep_all=True).path

    found = pd.read_csv(path)
    assert list(found.columns) == [*table, "prediction", "probability_no", "probability_yes"]
    pd.testing.assert_frame_equal(found[list(table)], table)


def test_a_file_that_is_there_is_kept_unless_it_may_go(binary, tmp_path):
    (tmp_path / "p.csv").write_text("mine")

    with pytest.raises(FolderTaken, match="--overwrite"):
        predict(binary.run_id, binary.source, tmp_path / "p.csv")

    assert (tmp_path / "p.csv").read_text() == "mine"


def test_progress_ends_with_all_rows(binary, table, tmp_path):
    events = []

    predict(binary.run_id, table, tmp_path / "p.csv", on_event=events.append)

    assert (events[-1]["event"], events[-1]["done"], events[-1]["of"]) == ("rows", 400, 400)


def test_what_cannot_be_resumed_is_said(binary, table, tmp_path):
    with pytest.raises(RunError, match="in memory"):
        predict(binary.run_id, table, tmp_path / "p.csv", resume=True)


def test_a_pattern_that_fits_nothing_is_refused(binary, tmp_path):
    with pytest.raises(DataNotReadable, match="Can.t find Parquet files"):
        predict(binary.run_id, tmp_path / "*.parquet", tmp_path / "p.csv")


def test_a_file_in_the_place_of_a_folder_is_named(binary, tmp_path):
    (tmp_path / "f").write_text("")
    with pytest.raises(FolderNotWritable):
        predict(binary.run_id, binary.source, tmp_path / "f" / "p.csv")


@pytest.mark.long
def test_a_killed_process_goes_on_where_it_stopped(binary, table, tmp_path, home):
    """The process is killed when its first part is done; another one does the rest."""
    source, out = tmp_path / "in.parquet", tmp_path / "p.parquet"
    pd.concat([table] * 1_500, ignore_index=True).to_parquet(source, row_group_size=50_000)
    code = (
        "import sys; from automl_magic.batch import scoring\n"
        "scoring.score.__kwdefaults__['part_s'] = 0.3\n"
        "from automl_magic.cli import main; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "predict", binary.run_id, str(source), "-o", str(out)]
    environment = {**os.environ, "AUTOML_MAGIC_HOME": str(home)}
    with subprocess.Popen(command, env=environment) as process:
        manifest = tmp_path / ".p.parquet.parts" / "manifest.json"
        while not manifest.exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()

    completed = subprocess.run(
        [*command, "--resume", "--json"], env=environment, capture_output=True, check=True
    )

    output = json.loads(completed.stdout)
    assert output["rows"] == 600_000
    assert 0 < output["resumed"] < 600_000
    found = pd.read_parquet(out)
    first = predict(binary.run_id, table, tmp_path / "once.parquet").path
    assert found.equals(pd.concat([pd.read_parquet(first)] * 1_500, ignore_index=True))
    assert not manifest.parent.exists()


MEASURED = """
import resource, sys
from pathlib import Path
from automl_magic.batch import ParquetReader, CsvReader, score
from automl_magic.flow.loading import load_model
from automl_magic.workspace import default_workspace
loaded = load_model(sys.argv[1], default_workspace())
source, output = Path(sys.argv[2]), Path(sys.argv[3])
reader = (
    ParquetReader([source])
    if source.suffix == ".parquet"
    else CsvReader(source, ",", loaded.stored_as)
)
score(loaded.model, reader, output)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_memory_does_not_grow_with_the_table(binary, table, tmp_path, home, suffix):
    peaks = []
    for times in (500, 5_000):
        source = tmp_path / f"{times}.{suffix}"
        for _ in range(times // 500):
            some = pd.concat([table] * 500, ignore_index=True)
            if suffix == "csv":
                some.to_csv(source, index=False, mode="a", header=not source.exists())
        if suffix == "parquet":
            pd.concat([table] * times, ignore_index=True).to_parquet(source)
        completed = subprocess.run(
            [sys.executable, "-c", MEASURED, binary.run_id, source, tmp_path / "p.parquet"],
            env={**os.environ, "AUTOML_MAGIC_HOME": str(home)},
            capture_output=True,
            check=True,
        )
        peaks.append(int(completed.stdout))
        (tmp_path / "p.parquet").unlink()

    assert peaks[1] < 1.25 * peaks[0] + 50e6, peaks
