import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output


class Cells:
    """A shell whose cells are run with their outputs kept."""

    def __init__(self, shell):
        self.shell = shell

    def run(self, source):
        """Run a cell; give (result, standard output, standard error, display bundles)."""
        with capture_output() as captured:
            result = self.shell.run_cell(source, store_history=True)
        bundles = [output.data for output in captured.outputs]
        return result, captured.stdout, captured.stderr, bundles


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "automl_magic")
    shell.user_ns["customers"] = pd.DataFrame(
        {"age": [31, 42, 42, 58] * 10, "how old": ["new", "old"] * 20, "churn": [0, 1, 1, 0] * 10}
    )
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def cells(shell):
    return Cells(shell)
