"""schema_changes: what callers of one version of a model notice when another one serves them.

Values that the served version accepts are validated by the new version, with the server's own
validator. So a change counts as breaking exactly if the server would refuse such a request.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from automl_magic.errors import IncompatibleSchema
from automl_magic.recipe.families import recipe_family
from automl_magic.recipe.families.wire import label_datatype
from automl_magic.recipe.instance_validator import InvalidInstance
from automl_magic.recipe.reading import ColumnReader
from automl_magic.recipe.values import EPOCH, category_text, to_float
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import InputChecks, InputPolicy, Route

MAX_LISTED = 6
# A value of a column whose levels the schema doesn't list, by how it's stored.
_UNLISTED: Mapping[str, object] = {"text": "text", "number": 1, "boolean": True}

# Values that two rules for the same kind can read as different numbers or dates.
_AMBIGUOUS_NUMBERS = ("1.234", "1,234")
_AMBIGUOUS_DATE = datetime(2021, 3, 4)  # noqa: DTZ001 - dates are naive and in UTC


@dataclass(frozen=True)
class SchemaChanges:
    """What changes for the callers of a version when another version serves them.

    Attributes
    ----------
    breaking : tuple of str
        Changes because of which valid requests are refused, or answers have another meaning. Each
        is a phrase that starts with the name of the column: `'age' expects a number, not null`.
    compatible : tuple of str
        All other changes that callers may want to know.
    """

    breaking: tuple[str, ...] = ()
    compatible: tuple[str, ...] = ()


def compare_schemas(old: InputSchema, new: InputSchema, checks: InputChecks) -> SchemaChanges:
    """Compare the schema of a version that could serve the callers of another one.

    Parameters
    ----------
    old, new : InputSchema
        The schemas of the version that's served, and of the one that would be.
    checks : InputChecks
        The policies of the deployment.
    """
    breaking, compatible = _output_changes(old, new)
    columns_before = {column.name: column for column in old.columns}
    columns_after = {column.name: column for column in new.columns}
    for name, column in columns_after.items():
        if name in columns_before:
            continue
        if _refusal(new, column, {}, checks) is None:
            compatible.append(f"{_name(name)} is new and optional")
        else:
            breaking.append(f"{_name(name)} is new and required")
    for name, column in columns_before.items():
        if name not in columns_after:
            is_refused = checks.unknown is InputPolicy.REFUSE
            changes = breaking if is_refused else compatible
            changes.append(f"{_name(name)} is no longer an input")
        elif (after := columns_after[name]) != column:
            if (refusal := _first_refusal(old, column, new, after, checks)) is not None:
                breaking.append(f"{_name(name)} {refusal}")
            elif after.kind is not column.kind:
                compatible.append(f"{_name(name)} changes from {_kind(column)} to {_kind(after)}")
    if _breaks_unnamed_tensors(old, new):
        breaking.append("the columns are in another order, which tensors without names rely on")
    return SchemaChanges(tuple(breaking), tuple(compatible))


def incompatible_schema_error(
    route: Route, version: int, changes: SchemaChanges, command: str
) -> IncompatibleSchema:
    """Return the error for a version that breaks the requests to a deployment.

    Parameters
    ----------
    route : Route
        The present route of the deployment.
    command : str
        The command that accepts the changes.
    """
    return IncompatibleSchema(
        f"Version {version} of {route.model} doesn't accept the requests to {route.deployment}.",
        why=f"Compared with version {route.stable}: {list_changes(changes.breaking)}.",
        fix=f"Train a version with the same inputs. If all callers are ready for it: {command}",
    )


def list_changes(changes: tuple[str, ...]) -> str:
    """Return the first changes as one text."""
    more = f"; and {len(changes) - MAX_LISTED:,} more" if len(changes) > MAX_LISTED else ""
    return "; ".join(changes[:MAX_LISTED]) + more


def _output_changes(old: InputSchema, new: InputSchema) -> tuple[list[str], list[str]]:
    breaking, compatible = [], []
    if old.target != new.target:
        breaking.append(f"it predicts {new.target!r} instead of {old.target!r}")
    if old.task != new.task:
        breaking.append(f"its task is {new.task} instead of {old.task}")
    labels_before = {category_text(label): label for label in old.classes}
    labels_after = {category_text(label): label for label in new.classes}
    lost = [label for text, label in labels_before.items() if text not in labels_after]
    added = [label for text, label in labels_after.items() if text not in labels_before]
    if new.task.has_classes and old.task.has_classes:
        if lost:
            breaking.append(f"it has no class {_names(lost)}")
        elif label_datatype(old.classes) != (datatype := label_datatype(new.classes)):
            breaking.append(
                f"its labels have the type {datatype} instead of {label_datatype(old.classes)}"
            )
        if added:
            compatible.append(f"it has the new class {_names(added)}")
    return breaking, compatible


def _first_refusal(
    old: InputSchema,
    column: InputColumn,
    new: InputSchema,
    after: InputColumn,
    checks: InputChecks,
) -> str | None:
    """Return why the new version refuses or misreads a value that the old one accepts, or None."""
    for value in _values(column):
        instance = {column.name: value}
        if _refusal(old, column, instance, checks) is not None:
            continue
        if (refusal := _refusal(new, after, instance, checks)) is not None:
            return refusal
        if column.kind is after.kind and column.kind in (ColumnKind.NUMBER, ColumnKind.DATE):
            meaning, meaning_after = (ColumnReader(c).read(value) for c in (column, after))
            if meaning != meaning_after:
                return f"reads {value!r} as {meaning_after} instead of {meaning}"
    return None


def _refusal(
    schema: InputSchema, column: InputColumn, instance: Mapping[str, object], checks: InputChecks
) -> str | None:
    """Return why a version refuses an instance with one column, or None."""
    schema = dataclasses.replace(schema, columns=(column,))
    try:
        recipe_family(schema.task).instance_validator(schema).validate(instance, checks)
    except InvalidInstance as error:
        detail = error.details[0]
        return f"expects {detail['expected']}, not {detail['found']}"
    return None


def _values(column: InputColumn) -> Iterator[object]:
    """Yield values that represent all that a version accepts in a column, as JSON values."""
    if column.nullable:
        yield None
    if column.example is not None:
        yield column.example
    texts = column.levels
    if column.kind is ColumnKind.BOOLEAN:
        texts = (*column.parse.values(), "True", "False")
    for text in texts:
        yield _as_stored(text, column.stored_as)
    if column.kind is ColumnKind.DATE:
        yield from _dates(column)
    elif column.kind is ColumnKind.NUMBER and column.stored_as == "number":
        yield from (bound for bound in (column.low, column.high) if bound is not None)
    elif column.kind is ColumnKind.NUMBER and column.stored_as == "text":
        yield from _AMBIGUOUS_NUMBERS
    elif column.kind is not ColumnKind.NUMBER and not texts:
        yield _UNLISTED.get(column.stored_as, "text")


def _as_stored(text: str, stored_as: str) -> object:
    """Return a level or a boolean text as a request has it."""
    if stored_as == "boolean":
        return {"True": True, "False": False}.get(text, text)
    if stored_as != "number":
        return text
    try:
        return int(text)  # exact, also above 2^53
    except ValueError:
        number = to_float(text)
        return text if math.isnan(number) else number


def _dates(column: InputColumn) -> Iterator[str]:
    date_format = column.parse.get("date_format")
    bounds = (bound for bound in (column.low, column.high) if bound is not None)
    for moment in (*(EPOCH + timedelta(seconds=bound) for bound in bounds), _AMBIGUOUS_DATE):
        yield moment.strftime(date_format) if date_format else moment.isoformat()


def _breaks_unnamed_tensors(old: InputSchema, new: InputSchema) -> bool:
    """Return whether a table of numbers without column names would be read in another order."""
    names_before, names_after = ([c.name for c in schema.columns] for schema in (old, new))
    return (
        names_before != names_after
        and sorted(names_before) == sorted(names_after)
        and all(column.stored_as == "number" for column in old.columns)
    )


def _kind(column: InputColumn) -> str:
    return column.kind.value.replace("_", " ")


def _name(column: str) -> str:
    return repr(column if len(column) <= 60 else f"{column[:59]}…")


def _names(labels: Iterable[object]) -> str:
    names = [repr(label)[:40] for label in labels]
    more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
