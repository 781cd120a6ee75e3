"""Models: list registered models, register a run's model, and promote a version."""

from __future__ import annotations

from typing import Any

from automl_magic.records import ModelVersion
from automl_magic_lab import responses
from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.threads import run_in_registry_thread


class ModelsHandler(ApiHandler):
    """The registered models, their versions and aliases, and the valid aliases."""

    auth_resource = "automl-magic:models"

    @require_permission("read")
    async def get(self) -> None:
        self.finish(await run_in_registry_thread(_models))


class RegisterHandler(ApiHandler):
    """Register a run's model as a version of a registered model."""

    auth_resource = "automl-magic:models"

    @require_permission("write")
    async def post(self) -> None:
        from automl_magic import flow

        fields = self.fields(run_id=str, name=str)
        version = await run_in_registry_thread(flow.register, fields["run_id"], fields["name"])
        self.finish(_summary(version).to_json())


class PromoteHandler(ApiHandler):
    """Give a version an alias."""

    auth_resource = "automl-magic:models"

    @require_permission("write")
    async def post(self) -> None:
        fields = self.fields(name=str, version=int, alias=str)
        version = await run_in_registry_thread(
            _promote, fields["name"], fields["version"], fields["alias"]
        )
        self.finish(_summary(version).to_json())


def _promote(name: str, version: int, alias: str) -> ModelVersion:
    from automl_magic.flow import governance

    governance.promote(name, version, alias)
    return governance.resolve_version(name, version)


def _models() -> dict[str, Any]:
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
