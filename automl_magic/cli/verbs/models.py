"""automl models: list registered models and their versions."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import words
from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door


@verb
def models(frontend: Door, /) -> Answer:
    """List the registered models with their versions, aliases and runs."""
    versions_by_name = flow.models(workspace=frontend.workspace)
    document = {
        name: [version.to_json() for version in versions]
        for name, versions in versions_by_name.items()
    }
    return Answer(versions_by_name, document, words.models(versions_by_name))
