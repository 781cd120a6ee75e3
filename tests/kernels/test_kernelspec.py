import json
import shutil
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

KERNEL = Path(__file__).parents[2] / "kernels" / "automl-magic"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The kernelspec where Jupyter looks for it, as the wheel puts it there."""
    shutil.copytree(KERNEL, tmp_path / "kernels" / "automl-magic")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    return "automl-magic"


def test_the_kernelspec_names_no_path_of_the_machine_that_made_it():
    document = json.loads((KERNEL / "kernel.json").read_text())

    assert document["argv"][0] == "python"
    assert document["display_name"] == "Python (automl-magic)"
    assert document["env"] == {"PYTHONHASHSEED": "0"}


def test_jupyter_finds_the_kernelspec(installed):
    assert KernelSpecManager().get_kernel_spec(installed).language == "python"


def test_its_kernel_has_the_magics_from_the_start(installed):
    manager, client = start_new_kernel(kernel_name=installed, startup_timeout=60)
    try:
        said = []
        reply = client.execute_interactive(
            "%automl version",
            timeout=60,
            output_hook=lambda message: said.append(message["content"]),
        )
        assert reply["content"]["status"] == "ok"
        shown = next(content["data"] for content in said if "data" in content)
        assert shown["text/plain"].startswith("automl-magic")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
