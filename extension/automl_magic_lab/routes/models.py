"""Models: what is registered, registering a run's model, moving an alias."""

from __future__ import annotations

from typing import Any

from automl_magic.records import ModelVersion
from automl_magic_lab import responses
from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.threads import run_in_registry_thread


class ModelsHandler(ApiHandler):
    """The registered models, their versions and aliases, and the aliases that there can be."""

    auth_resource = "automl-magic:models"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_registry_thread(_known))


class RegisterHandler(ApiHandler):
    """Make a run's model a version of a registered model."""

    auth_resource = "automl-magic:models"

    @require_permission("write")
    async def post(self) -> None:
        from automl_magic import flow

        asked = self.fields(run_id=str, name=str)
        version = await run_in_registry_thread(flow.register, asked["run_id"], asked["name"])
        self.finish(_summary(version).to_json())


class PromoteHandler(ApiHandler):
    """Make an alias mean a version."""

    auth_resource = "automl-magic:models"

    @require_permission("write")
    async def post(self) -> None:
        asked = self.fields(name=str, version=int, alias=str)
        version = await run_in_registry_thread(
            _promoted, asked["name"], asked["version"], asked["alias"]
        )
        self.finish(_summary(version).to_json())


def _promoted(name: str, version: int, alias: str) -> ModelVersion:
    from automl_magic.flow import governance

    governance.promote(name, version, alias)
    return governance.resolve_version(name, version)


def _known() -> dict[str, Any]:
    from automl_magic import flow
    from automl_magic.register import ALIASES

    models = tuple(
        responses.RegisteredModel(name=name, versions=tuple(map(_summary, versions)))
        for name, versions in flow.models().items()
    )
    return responses.Models(models=models, aliases=ALIASES).to_json()


def _summary(version: ModelVersion) -> responses.VersionSummary:
    return responses.VersionSummary(
        name=version.name,
        version=version.version,
        run_id=version.run_id,
        uri=version.uri,
        aliases=version.aliases,
    )
