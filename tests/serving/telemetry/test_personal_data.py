"""No personal value that was declared is kept anywhere, whatever becomes of the request (T24)."""

import dataclasses
import sqlite3

import httpx
import pytest

from automl_magic.records.models.deployment import PredictionLog
from automl_magic.store.engine import open_engine
from automl_magic.store.predictions import delete_subject
from automl_magic.store.pseudonyms import LogKey
from automl_magic.store.routes import change_deployment, read_deployment
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.workspace import Database, default_workspace
from tests.waiting import wait_for

PATH = "/v1/inference/churn:predict"


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


@pytest.mark.long
def test_planted_values_are_in_no_byte_that_is_stored(
    own_plane, server_of, customer, predictions_of
):
    deployment, _ = read_deployment(own_plane.engine, "churn")
    # Every row is kept, however fast the requests follow each other.
    log = PredictionLog(hash=("city",), drop=("since",), max_per_s=10_000)
    change_deployment(
        own_plane.engine, dataclasses.replace(deployment, log=log), "ada", trusted=own_trusted()
    )
    own_plane.behave()
    planted = [f"PLANTED-{n:04}" for n in range(200)]
    dates = [f"2013-03-{1 + n % 28:02}" for n in range(200)]

    with server_of(own_plane, env=own_plane.misbehaving) as live:
        for index, (name, date) in enumerate(zip(planted, dates, strict=True)):
            row = {**customer, "city": name, "since": date}
            if index % 4 == 1:  # refused: a value of the wrong type beside it
                row["age"] = name
            if index % 4 == 2:  # refused: a field that nobody knows
                row[name] = name
            own_plane.behave(**({"v1": {"fails": 1.0}} if index % 4 == 3 else {}))
            response = live.client.post(PATH, json={"instances": [row]})
            assert response.status_code == (200, 422, 422, 500)[index % 4]

    contents = {path: path.read_bytes() for path in own_plane.home.rglob("*") if path.is_file()}
    assert [path for path, content in contents.items() if b"PLANTED" in content] == []
    assert [path for path, content in contents.items() if b"2013-03-" in content] == []
    rows = predictions_of(own_plane, "churn")
    assert len(rows) == 100  # answered, and failed
    assert {row.features["city"][:5] for row in rows} == {"hmac:"}
    assert not any("since" in row.features for row in rows)
    assert all(row.features["age"] == customer["age"] for row in rows)

    # Who asks to be forgotten is, by the hash of the value, and the hash goes too.
    token = LogKey.load_or_make(own_plane.home / "keys" / "log.key").token("city", planted[0])
    engine = open_engine(Database(f"sqlite:///{own_plane.home / 'predictions.db'}"))
    assert delete_subject(engine, "churn", "city", token) == 1
    engine.dispose()
    assert not any(
        token.encode() in path.read_bytes() for path in own_plane.home.glob("predictions.db*")
    )


@pytest.mark.long
def test_what_is_older_than_the_retention_is_deleted_by_the_server(
    own_plane, server_of, customer, predictions_of
):
    with server_of(own_plane) as live:
        live.client.post(PATH, json={"instances": [customer] * 3})
    assert len(predictions_of(own_plane, "churn")) == 3
    with sqlite3.connect(own_plane.home / "predictions.db") as database:
        database.execute("UPDATE predictions SET at = at - 40 * 86400")

    with server_of(own_plane):  # it looks when it starts, and every ten minutes
        wait_for(lambda: not predictions_of(own_plane, "churn"))


@pytest.mark.long
def test_while_the_store_of_predictions_is_silent_requests_are_answered_and_rows_are_counted(
    own_plane, server_of, customer
):
    nowhere = own_plane.home / "nowhere"
    nowhere.mkdir()  # a folder is no database
    silent = {"AUTOML_MAGIC_PREDICTIONS": f"sqlite:///{nowhere}/predictions.db"}
    with server_of(own_plane, env=silent) as live:
        # The parent has made the file; what cannot be opened any more is silent.
        for path in nowhere.iterdir():
            path.unlink()
        nowhere.rmdir()
        nowhere.write_text("")
        for _ in range(20):
            assert live.client.post(PATH, json={"instances": [customer]}).status_code == 200

        wait_for(
            lambda: "automl_serving_log_dropped_total 20.0" in live.client.get("/metrics").text
        )
        reported = httpx.post(
            live.url + "/v1/outcomes",
            json={"prediction_id": "01a1ffaa36b776d5bef06e402c3f5b7c", "outcome": "yes"},
        )
        assert reported.status_code == 503
