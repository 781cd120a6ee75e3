"""Registry: where models get a name, a version and an alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from automl_magic.errors import ModelNotFound, ModelRefused, near_miss, shorten
from automl_magic.records import ModelVersion, Run
from automl_magic.records.models.model import ALIASES, CANDIDATE

# MLflow refuses "/", ":" and what a path would resolve to another name; "@" begins an alias in a
# URI, and a name of digits only would read as a version.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,119}")
_ADDRESS = re.compile(r"models:/(?P<name>[^/@]+)(@(?P<alias>[^/@]+)|/(?P<version>[^/@]+))")


class Registry(Protocol):
    """What any registry must do; `RegistryContract` in the tests holds each one to it."""

    def register(self, run: Run, model_folder: Path, name: str) -> ModelVersion:
        """Make the model of a run a version of `name`, and move the alias `candidate` to it.

        The same run under the same name is the same version, however often it is asked for.

        Raises
        ------
        ModelRefused
            If the name breaks the rule, or the folder holds a file of a format that is not
            allowed.
        ArtifactTampered
            If a file is not what the manifest says; it is named.
        """

    def versions(self, name: str) -> tuple[ModelVersion, ...]:
        """Return all versions, the newest first. Raises ModelNotFound."""

    def get(self, name: str, version: int | str = CANDIDATE) -> ModelVersion:
        """Return a version by its number or by an alias. Raises ModelNotFound."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all models, in order."""

    def point(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Make each alias mean its version, and take away those that mean None.

        The store of governance decides what aliases mean; this writes it where others read it. The
        same call again changes nothing.

        Raises
        ------
        ModelNotFound
            If there is no such model or version.
        ModelRefused
            If an alias is not one of `ALIASES`.
        """

    def fetch(self, model: ModelVersion | str, folder: Path | None = None) -> Path:
        """Return a folder with the model's files, each checked against the version's digests.

        Parameters
        ----------
        model : ModelVersion or str
            A version, or its address: `models:/NAME@ALIAS` or `models:/NAME/VERSION`.
        folder : Path, optional
            Where to copy the files. By default they are used where they lie if that is on this
            machine, and otherwise copied once into the user's home.

        Raises
        ------
        ModelNotFound, ArtifactTampered
        """


def parse_address(address: str) -> tuple[str, str]:
    """Split `models:/NAME@ALIAS` or `models:/NAME/VERSION` into the name and the rest."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise ModelNotFound(
            f"{address[:80]!r} is no address of a registered model.",
            why="An address is models:/NAME@ALIAS or models:/NAME/VERSION.",
            fix="Use models:/NAME@candidate.",
        )
    return match["name"], match["alias"] or match["version"]


def check_name(name: str) -> None:
    """Refuse a name that cannot stand in `models:/NAME@alias`."""
    if not _NAME.fullmatch(name):
        raise ModelRefused(
            f"{name[:60]!r} cannot be the name of a model.",
            why="A name begins with a letter and holds letters, digits, '_', '.' and '-', "
            "at most 120 of them.",
            fix=f"Use --name {_near_name(name)}",
        )


def tags_of(run: Run, manifest_sha256: str) -> dict[str, str]:
    """Return what binds a version to its run: the digests of everything that made it."""
    environment = run.inputs.get("environment")
    found = {
        "automl.run_id": run.run_id,
        "automl.data_fingerprint": run.inputs.get("data"),
        "automl.notebook_sha256": run.inputs.get("notebook"),
        "automl.plan_sha256": run.inputs.get("plan"),
        "automl.manifest_sha256": manifest_sha256,
        "automl.env_sha256": environment.get("sha256")
        if isinstance(environment, Mapping)
        else environment,
    }
    return {name: value for name, value in found.items() if isinstance(value, str)}


def no_such_name(name: str, known: Iterable[str]) -> ModelNotFound:
    names = sorted(known)
    close = near_miss(name, names)
    return ModelNotFound(
        f"There is no registered model {name[:60]!r}.",
        why=f"The registry has {shorten(names)}." if names else "The registry is empty.",
        fix=f"Use the name {close}." if close else "Register one: automl register RUN --name NAME",
    )


def no_such_version(
    name: str, version: int | str, numbers: Iterable[int], aliases: Iterable[str]
) -> ModelNotFound:
    known = [*map(str, sorted(numbers)), *sorted(aliases)]
    close = near_miss(str(version), known)
    return ModelNotFound(
        f"Model {name!r} has no version or alias {str(version)[:60]!r}.",
        why=f"It has {shorten(known)}.",
        fix=f"Use {close or known[-1]}.",
    )


def check_alias(alias: str) -> None:
    """Refuse an alias that means nothing here."""
    if alias not in ALIASES:
        close = near_miss(alias, ALIASES)
        raise ModelRefused(
            f"{alias[:60]!r} is no alias of a model version.",
            why=f"The aliases are {', '.join(ALIASES)}.",
            fix=f"Use {close}." if close else "Use one of these.",
        )


def _near_name(name: str) -> str:
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "-", name[:100]).strip("-._")
    return kept if _NAME.fullmatch(kept) else f"model-{kept}".rstrip("-")
