"""automl rerun: repeat a run, and say whether the numbers are the same."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.options import run_argument


@verb
@run_argument
def rerun(door: Door, /, run: str) -> Answer:
    """Repeat a run from its id alone; say whether every metric is the same to the last digit.

    If not, the inputs that differ are named, and the exit code is 1.
    """
    with door.watching() as on_event:
        repeated = flow.rerun(run, on_event=on_event, workspace=door.workspace)
    return Answer(
        repeated, repeated.to_json(), words.rerun(repeated), exit_code=0 if repeated.equal else 1
    )
