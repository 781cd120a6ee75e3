"""The doors through which a table comes to a model, each asked as its users ask it."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from automl_magic.errors import AutomlMagicError
from automl_magic.flow.scoring import predict
from automl_magic.records.models.deployment import InputChecks
from automl_magic.stream.messages import Message, PartitionId
from automl_magic_serving.auth import HttpProblem
from automl_magic_serving.oip.rows import read_rows
from automl_magic_serving.rpc.proto_files import load_proto
from automl_magic_serving.rpc.tensors import read_tensors
from tests.variants.answers import Answer, Refused
from tests.variants.command import automl
from tests.variants.models import Trained
from tests.variants.table import N_ROWS
from tests.variants.variant import TEXT_FORMATS, TYPED_FORMATS, Variant
from tests.variants.writers import frame, rows, write

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

FILES = tuple(name for name in (*TEXT_FORMATS, *TYPED_FORMATS) if name != "frame")
ROW_FORMATS = ("jsonl",)
N_ASKED = 12  # rows per variant at doors that take one row at a time
ALL = range(N_ROWS)
INFERENCE = load_proto("inference")
_numbers = itertools.count()


def asked_rows(variant: Variant) -> list[int]:
    """Return the positions of the rows to ask for: some of them have blanks."""
    rng = np.random.default_rng(variant.seed)
    return sorted(rng.choice(N_ROWS, N_ASKED, replace=False).tolist())


def columns_of(table: pd.DataFrame, trained: Trained) -> np.ndarray:
    """Return the probabilities of an output, in the order of the classes, or its values."""
    classes = trained.model.recipe.classes
    names = [f"probability_{name}" for name in classes] or ["prediction"]
    values = table[names].to_numpy(float)
    return values if classes else values[:, 0]


@dataclass(frozen=True)
class Door:
    """A door: its name, the formats that it takes, and the function that asks it."""

    name: str
    formats: tuple[str, ...]
    # It takes rows as JSON objects, where the text "1" and the number 1 are two things.
    takes_rows: bool = False
    # Its compiled model rounds in another order than the trained one.
    is_compiled: bool = False
    # The types of a table in which it makes floats of integers beside a missing value.
    rounds: tuple[str, ...] = ("floats",)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        raise NotImplementedError


@dataclass(frozen=True)
class Predict(Door):
    """`flow.predict` with a path or a DataFrame."""

    name: str = "flow.predict"
    formats: tuple[str, ...] = (*FILES, "frame")

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        data = _data(trained, variant, folder)
        output = folder / f"out-{next(_numbers)}.parquet"
        predict(str(trained.folder), data, output)
        return Answer(ALL, columns_of(pd.read_parquet(output), trained))


@dataclass(frozen=True)
class Command(Door):
    """`automl predict`."""

    name: str = "automl predict"
    formats: tuple[str, ...] = FILES

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        path = _data(trained, variant, folder)
        output = folder / f"out-{next(_numbers)}.jsonl"
        code, text = automl("predict", str(trained.folder), str(path), "-o", str(output))
        if code != 0:
            raise Refused(text)
        return Answer(ALL, columns_of(pd.read_json(output, lines=True), trained))


@dataclass(frozen=True)
class Magic(Door):
    """`%automl predict` in a notebook, with the name of a DataFrame."""

    name: str = "%automl predict"
    formats: tuple[str, ...] = ("frame",)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        output = folder / f"out-{next(_numbers)}.parquet"
        shell = shell_with(traffic=frame(variant, trained.features))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            shell.run_line_magic("automl", f"predict {trained.folder} traffic -o {output}")
        return Answer(ALL, columns_of(pd.read_parquet(output), trained))


def shell_with(**names: object) -> InteractiveShell:
    """Return a notebook's shell that has the magics and these variables."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    if "automl" not in shell.magics_manager.magics["line"]:
        shell.run_line_magic("load_ext", "automl_magic")
    shell.user_ns.update(names)
    return shell


@dataclass(frozen=True)
class Pyfunc(Door):
    """The model as MLflow loads it: `mlflow.pyfunc.load_model(…).predict(frame)`."""

    name: str = "pyfunc"
    formats: tuple[str, ...] = ("frame",)
    rounds: tuple[str, ...] = ("floats", "categorical", "object")  # MLflow does

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        from mlflow.exceptions import MlflowException

        params = {"output": "probabilities"} if trained.model.recipe.classes else None
        try:
            answers = trained.pyfunc.predict(frame(variant, trained.features), params=params)
        except MlflowException as error:
            raise Refused(str(error)) from error
        return Answer(ALL, np.asarray(answers, dtype=float))


@dataclass(frozen=True)
class Stream(Door):
    """Messages of a topic, scored as the consumer scores them."""

    name: str = "stream"
    formats: tuple[str, ...] = ROW_FORMATS
    takes_rows: bool = True

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        positions = asked_rows(variant)
        messages = [
            Message(PartitionId("t", 0), offset, None, json.dumps(row).encode(), (), 0.0)
            for offset, row in zip(
                positions, rows(variant, trained.features, positions), strict=True
            )
        ]
        scored = trained.scorer(messages, lambda *_: None)
        answers = {one.message.offset: _document(one.document, trained) for one in scored.results}
        answers |= {one.message.offset: Refused(one.error) for one in scored.dead_letters}
        return Answer(positions, [answers[position] for position in positions])


@dataclass(frozen=True)
class Http(Door):
    """Instances of an HTTP request, validated and predicted as a worker does."""

    name: str = "HTTP instances"
    formats: tuple[str, ...] = ROW_FORMATS
    takes_rows: bool = True
    is_compiled: bool = True

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        positions = asked_rows(variant)
        return Answer(positions, _served(trained, rows(variant, trained.features, positions)))


@dataclass(frozen=True)
class Grpc(Door):
    """Tensors of a gRPC request, read, validated and predicted as a worker does."""

    name: str = "gRPC rows"
    formats: tuple[str, ...] = ROW_FORMATS
    takes_rows: bool = True
    is_compiled: bool = True

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        positions = asked_rows(variant)
        request = infer_request(rows(variant, trained.features, positions))
        try:
            instances = read_rows(read_tensors(request), trained.schema, 1_000)
        except HttpProblem as problem:
            raise Refused(problem_text(problem)) from problem
        return Answer(positions, _served(trained, instances))


def infer_request(instances: Sequence[Mapping[str, object]], name: str = "m") -> object:
    """Return the request of a client that has one tensor per column.

    A tensor has no missing values: they are NaN in numbers, and empty texts in texts.
    """
    request = INFERENCE.ModelInferRequest(model_name=name)
    for column in instances[0]:
        values = [row.get(column) for row in instances]
        kinds = {type(value) for value in values if value is not None}
        if kinds == {bool} and None not in values:
            datatype, field = "BOOL", "bool_contents"
        elif kinds == {int} and None not in values:
            datatype, field = "INT64", "int64_contents"
        elif kinds == {float}:
            datatype, field = "FP64", "fp64_contents"
            values = [np.nan if value is None else value for value in values]
        else:
            datatype, field = "BYTES", "bytes_contents"
            values = [b"" if value is None else str(value).encode() for value in values]
        tensor = request.inputs.add(name=column, datatype=datatype, shape=[len(values), 1])
        getattr(tensor.contents, field).extend(values)
    return request


def _served(
    trained: Trained, instances: Sequence[Mapping[str, object]]
) -> list[np.ndarray | float | Refused]:
    served = trained.served
    answers: list[np.ndarray | float | Refused] = []
    for instance in instances:
        try:
            (prediction,) = served.predict([served.parse(instance, InputChecks())])
        except AutomlMagicError as error:
            answers.append(Refused(f"{error} {getattr(error, 'details', '')}"))
        else:
            answers.append(_row(prediction, trained))
    return answers


def _row(prediction: object, trained: Trained) -> np.ndarray | float:
    if not trained.model.recipe.classes:
        return float(prediction.prediction)
    return np.array([float(value) for value in prediction.probabilities])


def _document(document: Mapping[str, object], trained: Trained) -> np.ndarray | float:
    if not trained.model.recipe.classes:
        return float(document["prediction"])
    return np.array([document["probabilities"][str(c)] for c in trained.model.recipe.classes])


def problem_text(problem: HttpProblem) -> str:
    return f"{problem} {getattr(problem, 'details', '')}"


def _data(trained: Trained, variant: Variant, folder: Path) -> Path | pd.DataFrame:
    if variant.format == "frame":
        return frame(variant, trained.features)
    inside = folder / f"in-{next(_numbers)}"
    inside.mkdir()
    return write(variant, trained.features, inside)


@contextlib.contextmanager
def removed(folder: Path) -> Iterator[Path]:
    """A folder for the files of one case."""
    import shutil

    inside = folder / f"case-{next(_numbers)}"
    inside.mkdir()
    try:
        yield inside
    finally:
        shutil.rmtree(inside)
