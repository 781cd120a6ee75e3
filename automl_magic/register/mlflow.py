"""MlflowRegistry: model versions in MLflow's model registry.

A version refers to the run's tracked model, so a run must be tracked before it's registered. Use
`track.sync_tracking` for a run whose tracking failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import ArtifactTampered, TrackingError
from automl_magic.records import ModelVersion, Run
from automl_magic.records.models.model import CANDIDATE
from automl_magic.register.registry import (
    check_alias,
    check_name,
    parse_address,
    unknown_name_error,
    unknown_version_error,
    version_tags,
)
from automl_magic.register.verify import verified_manifest, verify_version
from automl_magic.workspace.mlflow import (
    check_registry,
    connect,
    local_path,
    redact_url,
    store_lock,
    translate_mlflow_errors,
)
from automl_magic.workspace.workspace import Tracking

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion
    from mlflow.tracking import MlflowClient

_DATA = "data"


class MlflowRegistry:
    """A model registry on MLflow. Imports MLflow on the first call.

    Parameters
    ----------
    tracking : Tracking
        A database or a server: `Workspace.tracking`.
    """

    def __init__(self, tracking: Tracking) -> None:
        self.tracking = tracking
        self._connection: MlflowClient | None = None

    def register(self, run: Run, model_folder: Path, name: str) -> ModelVersion:
        check_name(name)
        digest = verified_manifest(model_folder).digest()
        client = self._client()
        with translate_mlflow_errors(self.tracking):
            model = self._tracked_model(client, run)
        if model.tags.get("automl.manifest_sha256") != digest:
            raise ArtifactTampered(
                f"The model of run {run.run_id} isn't the tracked one.",
                why="Its manifest has changed since the run ended.",
                fix="Rerun it and register the new run: automl rerun " + run.run_id,
            )
        with self._errors(), store_lock(self._uri):
            if name not in self._names(client):
                self._create_model(client, name)
            number = self._version_of(client, name, run) or self._create_version(
                client, name, run, model, digest
            )
            client.set_registered_model_alias(name, CANDIDATE, str(number))
        return self.get(name, number)

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        client = self._client()
        with self._errors():
            names = self._names(client)
            if name not in names:
                raise unknown_name_error(name, names)
            return self._all_versions(client, name)

    def get(self, name: str, version: int | str = CANDIDATE) -> ModelVersion:
        versions = self.versions(name)
        for model_version in versions:
            if str(version) == str(model_version.version) or version in model_version.aliases:
                return model_version
        raise unknown_version_error(
            name, version, [v.version for v in versions], [a for v in versions for a in v.aliases]
        )

    def names(self) -> tuple[str, ...]:
        client = self._client()
        with self._errors():
            return tuple(sorted(self._names(client)))

    def set_aliases(self, name: str, aliases: Mapping[str, int | None]) -> None:
        for alias in aliases:
            check_alias(alias)
        versions = self.versions(name)
        for version in aliases.values():
            if version is not None and version not in [v.version for v in versions]:
                raise unknown_version_error(name, version, [v.version for v in versions], [])
        client = self._client()
        with self._errors(), store_lock(self._uri):
            # The number is a string or an int, depending on MLflow's store.
            current = client.get_registered_model(name).aliases
            for alias, version in aliases.items():
                if version is None and alias in current:
                    client.delete_registered_model_alias(name, alias)
                elif version is not None and str(current.get(alias, "")) != str(version):
                    client.set_registered_model_alias(name, alias, str(version))

    def fetch(self, model: ModelVersion | str, folder: Path | None = None) -> Path:
        version = self.get(*parse_address(model)) if isinstance(model, str) else model
        client = self._client()
        with self._errors():
            uri = client.get_model_version_download_uri(version.name, str(version.version))
            path = local_path(uri)
            if folder is not None or path is None:
                path = self._download(uri, folder or self._cache_folder(version))
        verify_version(path / _DATA, version)
        return path / _DATA

    def _download(self, uri: str, folder: Path) -> Path:
        from mlflow.artifacts import download_artifacts

        folder.mkdir(parents=True, exist_ok=True)
        return Path(download_artifacts(uri, dst_path=str(folder), tracking_uri=self.tracking.uri))

    def _cache_folder(self, version: ModelVersion) -> Path:
        return self.tracking.home / "models" / version.manifest_sha256.removeprefix("sha256:")

    def _client(self) -> MlflowClient:
        if self._connection is None:
            connection = connect(self.tracking)
            check_registry(self.tracking)
            self._connection = connection
        return self._connection

    @property
    def _uri(self) -> str:
        return self.tracking.registry_uri or self.tracking.uri

    def _errors(self) -> AbstractContextManager[None]:
        return translate_mlflow_errors(self.tracking, of_registry=True)

    def _tracked_model(self, client: MlflowClient, run: Run) -> LoggedModel:
        from mlflow.entities import LoggedModelStatus

        experiments = [e.experiment_id for e in client.search_experiments()]
        run_filter = f"tags.`automl.run_id` = '{run.run_id}'"
        models = [
            model
            for model in client.search_logged_models(experiments, run_filter)
            if model.status == LoggedModelStatus.READY
        ]
        if not models:
            raise TrackingError(
                f"Run {run.run_id} has no model in the tracking store "
                f"{redact_url(self.tracking.uri)}.",
                why="A model version needs the tracked model of its run.",
                fix="Track the run first (track.sync_tracking), or check MLFLOW_TRACKING_URI.",
            )
        return models[0]

    def _create_model(self, client: MlflowClient, name: str) -> None:
        from mlflow.exceptions import MlflowException

        try:
            client.create_registered_model(name)
        except MlflowException:
            # A server has no lock: another process can have created it in the meantime.
            if name not in self._names(client):
                raise

    def _create_version(
        self, client: MlflowClient, name: str, run: Run, model: LoggedModel, digest: str
    ) -> int:
        # Use the location, not models:/ID, which MLflow would look up in its global store.
        created = client.create_model_version(
            name,
            model.artifact_location,
            run_id=model.source_run_id,
            model_id=model.model_id,
            tags=version_tags(run, digest),
        )
        # A server has no lock: another process can have registered the run in the meantime. The
        # server numbers the versions, so all processes agree on the first one.
        number = self._version_of(client, name, run) or int(created.version)
        if number != int(created.version):
            client.delete_model_version(name, str(created.version))
        return number

    def _version_of(self, client: MlflowClient, name: str, run: Run) -> int | None:
        """Return the number of the first version with this run's model, or None."""
        same = [v.version for v in self._all_versions(client, name) if v.run_id == run.run_id]
        return min(same, default=None)

    def _names(self, client: MlflowClient) -> set[str]:
        names: set[str] = set()
        token = None
        while True:
            page = client.search_registered_models(max_results=1000, page_token=token)
            names |= {model.name for model in page}
            token = page.token
            if not token:
                return names

    def _all_versions(self, client: MlflowClient, name: str) -> tuple[ModelVersion, ...]:
        aliases: dict[int, list[str]] = {}
        for alias, number in client.get_registered_model(name).aliases.items():
            aliases.setdefault(int(number), []).append(alias)
        mlflow_versions = list(client.search_model_versions(f"name = '{name}'", max_results=10_000))
        versions = [
            _to_model_version(each, sorted(aliases.get(int(each.version), [])))
            for each in mlflow_versions
        ]
        return tuple(sorted(versions, key=lambda version: version.version, reverse=True))


def _to_model_version(mlflow_version: MlflowVersion, aliases: list[str]) -> ModelVersion:
    tags = dict(mlflow_version.tags)
    return ModelVersion(
        name=mlflow_version.name,
        version=int(mlflow_version.version),
        run_id=tags.get("automl.run_id", ""),
        uri=f"models:/{mlflow_version.name}/{mlflow_version.version}",
        manifest_sha256=tags.get("automl.manifest_sha256", ""),
        aliases=tuple(aliases),
        tags=tags,
    )
