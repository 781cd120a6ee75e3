"""MemoryRegistry: a model registry in memory.

For tests and read-only environments. A version's `uri` is that of the model folder, which isn't
copied. `recipe.load_model` accepts it.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping
from pathlib import Path

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
from automl_magic.workspace.mlflow import local_path


class MemoryRegistry:
    """A registry without a store."""

    def __init__(self) -> None:
        self._versions: dict[str, list[ModelVersion]] = {}

    def register(self, run: Run, model_folder: Path, name: str) -> ModelVersion:
        check_name(name)
        digest = verified_manifest(model_folder).digest()
        versions = self._versions.setdefault(name, [])
        same = [version.version for version in versions if version.run_id == run.run_id]
        number = same[0] if same else len(versions) + 1
        if not same:
            versions.append(
                ModelVersion(
                    name=name,
                    version=number,
                    run_id=run.run_id,
                    uri=model_folder.absolute().as_uri(),
                    manifest_sha256=digest,
                    tags=version_tags(run, digest),
                )
            )
        self._versions[name] = [
            dataclasses.replace(v, aliases=_with_candidate(v, is_newest=v.version == number))
            for v in versions
        ]
        return self._versions[name][number - 1]

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        if name not in self._versions:
            raise unknown_name_error(name, self._versions)
        return tuple(reversed(self._versions[name]))

    def get(self, name: str, version: int | str = CANDIDATE) -> ModelVersion:
        versions = self.versions(name)
        for model_version in versions:
            if str(version) == str(model_version.version) or version in model_version.aliases:
                return model_version
        raise unknown_version_error(
            name, version, [v.version for v in versions], [a for v in versions for a in v.aliases]
        )

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._versions))

    def set_aliases(self, name: str, aliases: Mapping[str, int | None]) -> None:
        for alias, version in aliases.items():
            check_alias(alias)
            if version is not None:
                self.get(name, version)
        self._versions[name] = [
            dataclasses.replace(
                v,
                aliases=tuple(
                    sorted(
                        {a for a in v.aliases if a not in aliases}
                        | {a for a, number in aliases.items() if number == v.version}
                    )
                ),
            )
            for v in self.versions(name)[::-1]
        ]

    def fetch(self, model: ModelVersion | str, folder: Path | None = None) -> Path:
        version = self.get(*parse_address(model)) if isinstance(model, str) else model
        path = Path(str(local_path(version.uri)))
        if folder is not None:
            path = Path(shutil.copytree(path, folder / "model"))
        verify_version(path, version)
        return path


def _with_candidate(version: ModelVersion, *, is_newest: bool) -> tuple[str, ...]:
    aliases = {alias for alias in version.aliases if alias != CANDIDATE}
    return tuple(sorted(aliases | ({CANDIDATE} if is_newest else set())))
