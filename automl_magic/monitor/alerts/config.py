"""The monitor file: the monitoring settings of a deployment, in Kubernetes format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from automl_magic.errors import SpecError
from automl_magic.files.yaml_text import FileFormat, node_value, parse_yaml, read_text
from automl_magic.records.codec import RecordProblem
from automl_magic.records.monitoring.alert import MonitorSpec

API_VERSION, KIND = "automl-magic/v1", "Monitor"
FORM = FileFormat(
    noun="monitor file",
    article_noun="a monitor file",
    example="kind: Monitor",
    create_hint="Copy the example in docs/howto/alerts.md.",
    compare_hint="Compare with the example in docs/howto/alerts.md",
)
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|[smhd]))+")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
# Fields with a duration: `window: 24h` in the file, `window_s` in the record.
_DURATIONS = frozenset({"window", "every", "repeat", "no_traffic", "cooldown", "period", "budget",
                        "spend"})  # fmt: skip
_RENAMED_KEYS = {"muted": "is_muted"}


def monitor_file(deployment: str, home: Path) -> Path:
    """Return the path of a deployment's monitor file, which may not exist."""
    name = deployment if _FILE_NAME.fullmatch(deployment) else "default"
    return home / "monitors" / f"{name}.yaml"


def load_monitor(deployment: str, home: Path) -> MonitorSpec:
    """Read a deployment's file in `monitors/` of a home, or return the defaults.

    Raises
    ------
    SpecError
        If the file isn't a valid monitor file.
    """
    path = monitor_file(deployment, home)
    return read_monitor(path, deployment) if path.is_file() else MonitorSpec(name=deployment)


def read_monitor(path: Path, deployment: str | None = None) -> MonitorSpec:
    """Read a monitor file strictly.

    Parameters
    ----------
    deployment : str, optional
        Expected deployment.

    Raises
    ------
    SpecError
        If the file can't be read, has an unknown field or is for another deployment.
    """
    document = _document(path)
    head = {name: document.get(name) for name in ("apiVersion", "kind")}
    if head != {"apiVersion": API_VERSION, "kind": KIND}:
        raise _file_error(path, f"It must have apiVersion: {API_VERSION} and kind: {KIND}.")
    metadata, spec = document.get("metadata"), document.get("spec") or {}
    if unknown := document.keys() - {"apiVersion", "kind", "metadata", "spec"}:
        raise _file_error(path, f"It has the unknown field {min(unknown)!r}.")
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("name"), str):
        raise _file_error(path, "metadata.name must be the name of the deployment.")
    if not isinstance(spec, Mapping):
        raise _file_error(path, "spec must be a mapping of fields.")
    name = metadata["name"]
    if deployment is not None and name != deployment:
        raise _file_error(path, f"It's for deployment {name!r}, but {deployment!r} uses this file.")
    try:
        return MonitorSpec.from_json({"name": name, **_to_record_fields(spec, path)})
    except RecordProblem as problem:
        where = ".".join(map(str, problem.path)) or "spec"
        hint = f" Did you mean {problem.close}?" if problem.close else ""
        raise _file_error(
            path, f"spec.{where} expects {problem.expected}, but found {problem.actual}.{hint}"
        ) from None


def _document(path: Path) -> Mapping[str, object]:
    document: Mapping[str, object] = node_value(
        parse_yaml(read_text(path, FORM), path.name, FORM), path.name
    )
    return document


def _to_record_fields(document: Mapping[str, object], path: Path) -> dict[str, object]:
    """Convert a document to the fields of the record: snake_case, durations in seconds."""
    fields: dict[str, object] = {}
    for key, item in document.items():
        name = _RENAMED_KEYS.get(key, re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower())
        if name in _DURATIONS:
            fields[f"{name}_s"] = _duration(item, key, path)
        else:
            fields[name] = _to_record_value(item, path)
    return fields


def _to_record_value(value: object, path: Path) -> object:
    if isinstance(value, Mapping):
        return _to_record_fields(value, path)
    return [_to_record_value(item, path) for item in value] if isinstance(value, list) else value


def _duration(value: object, key: str, path: Path) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise _file_error(path, f"{key} expects a duration, such as 15m, 4h or 7d.")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(value))


def _file_error(path: Path, why: str) -> SpecError:
    return SpecError(
        f"Can't use the monitor file {str(path)!r}.",
        why=why,
        fix="Correct the file. docs/howto/alerts.md has a full example.",
    )
