"""automl models: the registered models and their versions."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
def models(door: Door, /) -> Answer:
    """List the registered models: versions, aliases, and the run behind each."""
    known = flow.models(workspace=door.workspace)
    document = {name: [one.to_json() for one in versions] for name, versions in known.items()}
    return Answer(known, document, words.models(known))
