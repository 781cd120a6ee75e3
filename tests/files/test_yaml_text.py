"""The YAML files that people write: each field once, and every error on its line."""

import pytest

from automl_magic.deploy.deployment_file import read_deployment_file
from automl_magic.errors import SpecError
from automl_magic.monitor.alerts.config import read_monitor
from automl_magic.planning import read_spec
from automl_magic.stream.windows.definition import read_windows
from automl_magic.workspace.configured import read_workspaces

READERS = {
    "experiment": (read_spec, "data: a.csv\ntarget: y\nbudget_s: 5\nbudget_s: 6\n", 4),
    "a section": (read_spec, "data: a\ntarget: y\ncv: {folds: 3}\ncv: {seed: 1}\n", 4),
    "a column": (read_spec, 'data: a\ntarget: y\nmissing:\n  all: ["-"]\n  all: []\n', 5),
    "quoted": (read_spec, 'data: a\n"data": b\ntarget: y\n', 2),
    "deployment": (read_deployment_file, "apiVersion: v1\nmetadata: {}\nmetadata: {}\n", 3),
    "monitor": (read_monitor, "kind: Monitor\nspec:\n  every: 1h\n  every: 2h\n", 4),
    "windows": (read_windows, "features:\n  a: {count: true, over: 1h}\n  a: {}\n", 3),
    "workspaces": (read_workspaces, "workspaces:\n  team: {}\n  team: {}\n", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", READERS)
def test_a_field_that_is_set_twice_is_an_error_on_its_line(name, tmp_path):
    read, text, line = READERS[name]
    path = tmp_path / "file.automl.yaml"
    path.write_text(text)

    with pytest.raises(SpecError) as refused:
        read(path) if read is not read_workspaces else read(path, own=tmp_path, actor="ada")

    assert refused.value.line == line
    assert refused.value.detail.endswith("is set twice.")
    assert refused.value.fix == "Delete one of the two."
