"""Parse the deployment file. Every error has a line number.

The file uses Kubernetes names, the record its own. `FIELDS` maps the names, also to translate
errors of the record back to the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from automl_magic.files.yaml_text import FileFormat, field_error, node_value, parse_yaml, read_text
from automl_magic.records import RecordProblem
from automl_magic.records.models.deployment import Deployment

API_VERSION, KIND = "automl-magic/v1", "Deployment"
SUFFIXES = (".yaml", ".yml")
FieldMap: TypeAlias = Mapping[str, "FieldMap | tuple[str, ...]"]
FORM = FileFormat(
    noun="deployment file",
    article_noun="a deployment file",
    example=f"kind: {KIND}",
    create_hint="Create one as docs/howto/deploy.md shows.",
    compare_hint="Compare with the file in docs/howto/deploy.md",
)
# Fields of the file → paths in the record.
FIELDS: FieldMap = {
    "apiVersion": (),
    "kind": (),
    "metadata": {"name": ("name",), "labels": ("labels",)},
    "spec": {
        "modelVersionId": ("model_version_id",),
        "strategy": {
            "type": ("strategy", "kind"),
            "canaryVersionId": ("canary_version_id",),
            "traffic": {
                "stable": ("strategy", "stable_pct"),
                "canary": ("strategy", "canary_pct"),
            },
            "sticky": ("strategy", "sticky"),
            "onWinner": ("strategy", "on_winner"),
            "alpha": ("strategy", "alpha"),
            "minOutcomes": ("strategy", "min_outcomes"),
        },
        "autoscale": {
            "minReplicas": ("autoscale", "min_replicas"),
            "maxReplicas": ("autoscale", "max_replicas"),
            "targetCPUUtilizationPercentage": ("autoscale", "target_cpu_pct"),
        },
        "slos": {
            "latencyMsP95": ("slos", "latency_ms_p95"),
            "errorRatePct": ("slos", "error_rate_pct"),
            "minRequests": ("slos", "min_requests"),
        },
        "checks": {
            "ranges": ("checks", "ranges"),
            "categories": ("checks", "categories"),
            "missing": ("checks", "missing"),
            "unknown": ("checks", "unknown"),
        },
        "predictionLog": {
            "enabled": ("log", "enabled"),
            "sample": ("log", "sample"),
            "maxPerSecond": ("log", "max_per_s"),
            "hash": ("log", "hash"),
            "drop": ("log", "drop"),
            "protect": ("log", "protect"),
            "retentionDays": ("log", "retention_days"),
        },
        "limits": {
            "bodyBytes": ("limits", "body_bytes"),
            "rows": ("limits", "rows"),
            "depth": ("limits", "depth"),
            "queue": ("limits", "queue"),
            "timeoutSeconds": ("limits", "timeout_s"),
        },
        "callbackHosts": ("callback_hosts",),
    },
}


def read_deployment_file(path: Path) -> Deployment:
    """Read a deployment file.

    Raises
    ------
    SpecError
        If the file is missing, too large or not YAML (`UnknownField`, `WrongType`: if a field is
        unknown or has an invalid value).
    """
    return parse_deployment(read_text(path, FORM), path.name)


def parse_deployment(text: str, name: str) -> Deployment:
    """Parse the text of a deployment file. Errors refer to the file as `name`.

    Raises
    ------
    SpecError
        As in `read_deployment_file`.
    """
    root = parse_yaml(text, name, FORM)
    try:
        document = node_value(root, name)
        for field, expected in (("apiVersion", API_VERSION), ("kind", KIND)):
            _check_constant(document, field, expected)
        fields: dict[str, Any] = {}
        for record_path, value in _leaves(document, FIELDS, ()):
            _set_path(fields, record_path, value)
        return _deployment(fields)
    except RecordProblem as problem:
        raise field_error(problem, root, name) from problem


def file_paths() -> dict[tuple[str | int, ...], tuple[str, ...]]:
    """Return the path of each field in the file, by its path in the record."""
    return {record_path: path for path, record_path in _flatten(FIELDS, ()) if record_path}


def _deployment(fields: Mapping[str, object]) -> Deployment:
    try:
        return Deployment.from_json(fields)
    except RecordProblem as problem:
        paths_in_file = file_paths()
        path = problem.path
        for length in range(len(path), 0, -1):
            if file_path := paths_in_file.get(path[:length]):
                path = (*file_path, *path[length:])
                break
        raise problem.at(path) from problem


def _check_constant(document: Mapping[str, object], field: str, expected: str) -> None:
    if field not in document:
        raise RecordProblem((field,), expected, "nothing (the field is required)", missing=True)
    if document[field] != expected:
        raise RecordProblem((field,), expected, f"{document[field]!r:.60}", close=expected)


def _leaves(
    value: object, field_map: FieldMap, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object]]:
    """Yield each value of the file with its path in the record."""
    if not isinstance(value, Mapping):
        actual = "nothing" if value is None else f"{value!r:.60}"
        raise RecordProblem(path, "a mapping of fields", actual)
    for key, item in value.items():
        if key not in field_map:
            raise RecordProblem.unknown_field((*path, key), field_map)
        target = field_map[key]
        if isinstance(target, tuple):
            if target:
                yield target, item
        else:
            yield from _leaves(item, target, (*path, key))


def _flatten(
    field_map: FieldMap, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for key, target in field_map.items():
        if isinstance(target, tuple):
            yield (*path, key), target
        else:
            yield from _flatten(target, (*path, key))


def _set_path(fields: dict[str, Any], record_path: tuple[str, ...], value: object) -> None:
    for step in record_path[:-1]:
        fields = fields.setdefault(step, {})
    fields[record_path[-1]] = value
