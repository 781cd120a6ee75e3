import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from automl_magic.cli.command import COMMANDS, automl

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
HEAVY = {"pandas", "numpy", "sklearn", "mlflow", "IPython", "nbformat", "papermill", "matplotlib"}


def call(*words, **options):
    return subprocess.run(
        [*AUTOML, *words], capture_output=True, text=True, timeout=60, check=False, **options
    )


@pytest.mark.parametrize("words", [["--help"], ["fit", "--help"], ["runs"], ["fitt"]])
def test_what_needs_no_library_loads_none(words, tmp_path):
    code = (
        "import sys\nfrom automl_magic.cli.main import main\n"
        f"try: main({words!r})\nexcept SystemExit: pass\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    environment = {**os.environ, "AUTOML_MAGIC_HOME": str(tmp_path)}
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )

    assert completed.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_has_help_json_and_a_documented_parameter_list(name):
    command = automl.get_command(click.Context(automl), name)

    assert command.name == name
    assert command.help
    options = [p for p in command.params if isinstance(p, click.Option)]
    assert "--json" in [opt for p in options for opt in p.opts]
    undocumented = [p.name for p in options if not p.help]
    assert set(undocumented) <= {"limit", "output", "folder"}


def test_the_bare_command_shows_its_verbs():
    completed = call()

    assert completed.returncode == 0
    assert all(f"  {name}" in completed.stdout for name in COMMANDS)


def test_version_as_json_is_one_document():
    versions = json.loads(call("version", "--json").stdout)

    assert versions["python"].count(".") == 2
    assert "not installed" not in versions.values()


def test_an_error_as_json_is_one_document_on_standard_output(tmp_path):
    completed = call(
        "leaderboard", "nope", "--json", env={**os.environ, "AUTOML_MAGIC_HOME": str(tmp_path)}
    )

    assert completed.returncode == 1
    assert set(json.loads(completed.stdout)["error"]) == {"what", "why", "fix"}
    assert [line.partition(":")[0] for line in completed.stderr.splitlines()[1:]] == ["Why", "Do"]


def test_a_reader_that_leaves_is_no_traceback(tmp_path):
    script = f"{sys.executable} -c 'from automl_magic.cli import main; main()' --help | head -c 1"
    completed = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert completed.stderr == ""


def test_text_that_the_terminal_cannot_show_is_escaped():
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    completed = call("größe", env=environment)

    assert completed.returncode == 2
    assert completed.stderr.startswith("`automl` has no command 'gr\\xf6\\xdfe'.")


def test_commands_import_no_machine_learning():
    commands = Path(sys.modules["automl_magic.cli"].__file__).parent / "commands"
    libraries = {"sklearn", "pandas", "lightgbm", "mlflow", "papermill"}
    importing = [
        (path.name, line)
        for path in commands.glob("*.py")
        for line in path.read_text().splitlines()
        if line.lstrip().startswith(("import ", "from "))
        and libraries & set(line.replace(".", " ").split())
    ]

    assert importing == [("app.py", "    from automl_magic.cli.apps.mlflow import mlflow_server")]
