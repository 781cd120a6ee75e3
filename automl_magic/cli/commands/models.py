"""automl models: list registered models and their versions."""

from __future__ import annotations

from automl_magic import flow
from automl_magic.cli import formatters
from automl_magic.cli.command import subcommand
from automl_magic.cli.frontend import CommandResult, Frontend


@subcommand
def models(frontend: Frontend, /) -> CommandResult:
    """List the registered models with their versions, aliases and runs."""
    versions_by_name = flow.models(workspace=frontend.workspace)
    document = {
        name: [version.to_json() for version in versions]
        for name, versions in versions_by_name.items()
    }
    return CommandResult(versions_by_name, document, formatters.format_models(versions_by_name))
