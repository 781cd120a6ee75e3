"""Registry: the interface of model registries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from automl_magic.errors import ModelNotFound, ModelRefused, closest_match, shorten
from automl_magic.records import ModelVersion, Run
from automl_magic.records.models.model import ALIASES, CANDIDATE

# MLflow rejects "/", ":" and names that a path would resolve. "@" starts an alias in a URI, and a
# name of only digits would look like a version.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,119}")
_ADDRESS = re.compile(r"models:/(?P<name>[^/@]+)(@(?P<alias>[^/@]+)|/(?P<version>[^/@]+))")


class Registry(Protocol):
    """Interface of a model registry. `RegistryContract` in the tests checks implementations."""

    def register(self, run: Run, model_folder: Path, name: str) -> ModelVersion:
        """Register a run's model as a version of `name`, and move the alias `candidate` to it.

        Registering the same run under the same name again returns the same version.

        Raises
        ------
        ModelRefused
            If the name is invalid, or the folder contains a file in a format that isn't allowed.
        ArtifactTampered
            If a file differs from the manifest.
        """

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """Return all versions, the newest first. Raises ModelNotFound."""

    def get(self, name: str, version: int | str = CANDIDATE) -> ModelVersion:
        """Return a version by its number or by an alias. Raises ModelNotFound."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all models, sorted."""

    def set_aliases(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Point each alias to its version, and delete aliases with None.

        The governance store is the source of truth for aliases. This copies them to the registry.
        Repeating the call changes nothing.

        Raises
        ------
        ModelNotFound
            If a model or version doesn't exist.
        ModelRefused
            If an alias isn't one of `ALIASES`.
        """

    def fetch(self, model: ModelVersion | str, folder: Path | None = None) -> Path:
        """Return a folder with the model's files. Checks each against the version's digests.

        Parameters
        ----------
        model : ModelVersion or str
            A version, or its address: `models:/NAME@ALIAS` or `models:/NAME/VERSION`.
        folder : Path, optional
            Folder to copy the files to. By default, files on this machine aren't copied, and
            others are copied once to the user's home.

        Raises
        ------
        ModelNotFound, ArtifactTampered
        """


def parse_address(address: str) -> tuple[str, str]:
    """Split `models:/NAME@ALIAS` or `models:/NAME/VERSION` into the name and the rest."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ModelNotFound(
            f"{address[:80]!r} isn't the address of a registered model.",
            why="An address is models:/NAME@ALIAS or models:/NAME/VERSION.",
            fix="Use an address like models:/NAME@candidate.",
        )
    return match["name"], match["alias"] or match["version"]


def check_name(name: str) -> None:
    """Check that a name is valid in `models:/NAME@alias`. Raises ModelRefused."""
    if not _NAME.fullmatch(name):
        raise ModelRefused(
            f"{name[:60]!r} isn't a valid model name.",
            why="A name starts with a letter and has at most 120 letters, digits, '_', '.' and "
            "'-'.",
            fix=f"Use --name {_valid_name(name)}",
        )


def version_tags(run: Run, manifest_sha256: str) -> dict[str, str]:
    """Return a version's tags: its run, and the digests of the run's inputs and model."""
    environment = run.inputs.get("environment")
    tags = {
        "automl.run_id": run.run_id,
        "automl.data_fingerprint": run.inputs.get("data"),
        "automl.notebook_sha256": run.inputs.get("notebook"),
        "automl.plan_sha256": run.inputs.get("plan"),
        "automl.manifest_sha256": manifest_sha256,
        "automl.env_sha256": environment.get("sha256")
        if isinstance(environment, Mapping)
        else environment,
    }
    return {name: value for name, value in tags.items() if isinstance(value, str)}


def unknown_name_error(name: str, registered: Iterable[str]) -> ModelNotFound:
    names = sorted(registered)
    close = closest_match(name, names)
    return ModelNotFound(
        f"There's no registered model {name[:60]!r}.",
        why=f"The registry has {shorten(names)}." if names else "The registry is empty.",
        fix=f"Use the name {close}."
        if close
        else "Register a model: automl register RUN --name NAME",
    )


def unknown_version_error(
    name: str, version: int | str, numbers: Iterable[int], aliases: Iterable[str]
) -> ModelNotFound:
    available = [*map(str, sorted(numbers)), *sorted(aliases)]
    close = closest_match(str(version), available)
    return ModelNotFound(
        f"Model {name!r} has no version or alias {str(version)[:60]!r}.",
        why=f"It has {shorten(available)}.",
        fix=f"Use {close or available[-1]}.",
    )


def check_alias(alias: str) -> None:
    """Check that an alias is one of `ALIASES`. Raises ModelRefused."""
    if alias not in ALIASES:
        close = closest_match(alias, ALIASES)
        raise ModelRefused(
            f"{alias[:60]!r} isn't an alias of a model version.",
            why=f"The aliases are {', '.join(ALIASES)}.",
            fix=f"Use {close}." if close else "Use one of these.",
        )


def _valid_name(name: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_.-]+", "-", name[:100]).strip("-._")
    return cleaned if _NAME.fullmatch(cleaned) else f"model-{cleaned}".rstrip("-")
