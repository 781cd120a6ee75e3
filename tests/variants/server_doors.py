"""The doors of a server: batch jobs in this process, and a server that runs in its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc
import httpx
import numpy as np
import pandas as pd
from sqlalchemy import Engine

from automl_magic_serving.http.batch.jobs import Status, add_job, find_job, new_folder
from automl_magic_serving.http.batch.scoring_process import _run_job
from tests.serving.conftest import Live
from tests.variants.answers import Answer, Refused
from tests.variants.doors import INFERENCE, ROW_FORMATS, Door, asked_rows, columns_of, infer_request
from tests.variants.models import Trained
from tests.variants.variant import Variant
from tests.variants.writers import rows, write
from tests.waiting import wait_for

# What a server takes: the formats that have a media type.
JOB_FILES = ("csv", "semicolon", "pipe", "jsonl", "parquet")


@dataclass(frozen=True, kw_only=True)
class BatchJob(Door):
    """A batch job of the server, scored in this process as the scoring process does it."""

    name: str = "batch job"
    formats: tuple[str, ...] = JOB_FILES
    engine: Engine = field(repr=False)
    home: Path

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        inside = new_folder(self.home)
        added = add_job(
            self.engine,
            source=write(variant, trained.features, inside, "input"),
            output=inside / "predictions.parquet",
            deployment=trained.deployment,
            version=1,
            callback=None,
            key_id=None,
        )
        _run_job(self.engine, added, self.home)
        job = find_job(self.engine, added.id, None)
        if job.status is not Status.DONE:
            raise Refused(job.error)
        table = pd.read_parquet(job.output)
        return Answer(range(len(table)), columns_of(table, trained))


@dataclass(frozen=True, kw_only=True)
class LiveHttp(Door):
    """Rows over HTTP, one a request."""

    name: str = "HTTP server"
    formats: tuple[str, ...] = ROW_FORMATS
    takes_rows: bool = True
    is_compiled: bool = True
    live: Live = field(repr=False)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        positions = asked_rows(variant)
        instances = rows(variant, trained.features, positions)
        return Answer(positions, [self._ask(trained, instance) for instance in instances])

    def _ask(self, trained: Trained, instance: Mapping[str, object]) -> np.ndarray | Refused:
        document = {"model_id": trained.deployment, "features": instance}
        if trained.model.recipe.classes:
            document["options"] = {"return_probabilities": True}
        response = self.live.client.post("/v1/predict", json=document)
        if response.status_code == 422:
            return Refused(response.text)
        answer = response.raise_for_status().json()
        if not trained.model.recipe.classes:
            return np.array(answer["prediction"])
        return np.array([answer["probabilities"][str(c)] for c in trained.model.recipe.classes])


@dataclass(frozen=True, kw_only=True)
class LiveGrpc(Door):
    """Rows over gRPC, twelve a request."""

    name: str = "gRPC server"
    formats: tuple[str, ...] = ROW_FORMATS
    takes_rows: bool = True
    is_compiled: bool = True
    live: Live = field(repr=False)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        positions = asked_rows(variant)
        request = infer_request(rows(variant, trained.features, positions), trained.deployment)
        with grpc.insecure_channel(self.live.grpc) as channel:
            call = channel.unary_unary(
                f"/{INFERENCE.service}/ModelInfer",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=INFERENCE.messages["ModelInferResponse"].FromString,
            )
            try:
                response = call(request, timeout=20)
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                    raise
                raise Refused(error.details()) from error
        outputs = {output.name: output for output in response.outputs}
        name = "predict_proba" if trained.model.recipe.classes else "predict"
        values = np.array(outputs[name].contents.fp64_contents)
        return Answer(positions, values.reshape(len(positions), -1))


@dataclass(frozen=True, kw_only=True)
class LiveBatch(Door):
    """A file that's uploaded to the server as a form."""

    name: str = "batch upload"
    formats: tuple[str, ...] = JOB_FILES
    live: Live = field(repr=False)

    def ask(self, trained: Trained, variant: Variant, folder: Path) -> Answer:
        client: httpx.Client = self.live.client
        path = write(variant, trained.features, folder)
        posted = client.post(
            "/v1/batch-predict",
            data={"deployment": trained.deployment, "format": "parquet"},
            files={"file": (path.name, path.read_bytes())},
        )
        posted.raise_for_status()

        def ended() -> Mapping[str, object] | None:
            job = client.get(posted.headers["location"]).json()
            return job if job["status"] in ("done", "failed") else None

        job = wait_for(ended)
        if job["status"] == "failed":
            raise Refused(job["error"])
        output = folder / "result.parquet"
        output.write_bytes(client.get(job["result"]).content)
        table = pd.read_parquet(output)
        return Answer(range(len(table)), columns_of(table, trained))
