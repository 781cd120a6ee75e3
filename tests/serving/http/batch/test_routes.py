"""A file comes with a request, and its predictions are fetched when they are there."""

import socket

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.waiting import wait_for

HEADER = "area,rooms,year\n"
ROWS = "".join(f"{20 + i % 180},{1 + i % 7},{1900 + i % 120}\n" for i in range(3_000))


def finished(client, job_id):
    def ended():
        job = client.get(f"/v1/batch-predict/{job_id}").json()
        return job if job["status"] in ("done", "failed") else None

    return wait_for(ended)


def post_csv(client, text, **params):
    return client.post(
        "/v1/batch-predict",
        params={"deployment": "price", **params},
        content=text.encode(),
        headers={"content-type": "text/csv"},
    )


def one_by_one(client, rows):
    response = client.post("/v1/inference/price:predict", json={"instances": rows}).json()
    return [one["value"] for one in response["predictions"]]


def test_a_csv_file_comes_back_as_the_predictions_of_its_rows_in_their_order(live):
    posted = post_csv(live.client, HEADER + ROWS)

    assert posted.status_code == 202
    job = finished(live.client, posted.json()["id"])
    assert job["status"] == "done", job
    assert (job["rows"], job["rows_done"]) == (3_000, 3_000)
    result = live.client.get(job["result"])
    assert result.headers["content-type"].startswith("text/csv")
    table = pacsv.read_csv(pa.BufferReader(result.content))
    names = ("area", "rooms", "year")
    first = [
        dict(zip(names, map(float, row.split(",")), strict=True)) for row in ROWS.splitlines()[:50]
    ]
    assert table["prediction"].to_pylist()[:50] == pytest.approx(one_by_one(live.client, first))


def test_a_form_may_send_parquet_and_ask_for_json_lines(live):
    table = pa.table({"area": [50.0, 90.0], "rooms": [2.0, 4.0], "year": [1950.0, 2001.0]})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    posted = live.client.post(
        "/v1/batch-predict",
        data={"deployment": "price", "format": "jsonl"},
        files={"file": ("houses.parquet", sink.getvalue().to_pybytes())},
    )

    assert posted.status_code == 202, posted.text
    job = finished(live.client, posted.json()["id"])
    lines = live.client.get(job["result"]).text.splitlines()
    assert len(lines) == 2


def test_rows_may_come_as_json(live, house):
    document = {"deployment": "price", "instances": [house, house]}
    posted = live.client.post("/v1/batch-predict", json=document)

    job = finished(live.client, posted.json()["id"])
    assert (job["status"], job["rows"]) == ("done", 2)


def test_a_broken_file_says_so_and_not_where_it_lies(live, plane):
    posted = live.client.post(
        "/v1/batch-predict",
        params={"deployment": "price"},
        content=b"PAR1 and then nothing",
        headers={"content-type": "application/vnd.apache.parquet"},
    )
    job = finished(live.client, posted.json()["id"])

    assert job["status"] == "failed"
    assert "input.parquet" in job["error"]
    assert str(plane.home) not in job["error"]


def test_a_file_that_cannot_be_scored_says_why(live):
    job = finished(live.client, post_csv(live.client, "area,rooms\n1,2\n").json()["id"])

    assert job["status"] == "failed"
    assert "year" in job["error"]
    result = live.client.get(f"/v1/batch-predict/{job['id']}/result")
    assert (result.status_code, result.json()["code"]) == (409, "not_done")


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"deployment": "nobody"}, 404, "not_found"),
        ({"format": "xlsx"}, 400, "malformed"),
        ({"path": "/etc/passwd"}, 400, "malformed"),
        ({"callback": "http://169.254.169.254/latest"}, 400, "callback_not_allowed"),
        ({"callback": "https://elsewhere.example"}, 400, "callback_not_allowed"),
    ],
)
def test_what_is_not_allowed_is_refused(live, params, status, code):
    response = post_csv(live.client, HEADER + "1,2,3\n", **params)

    assert (response.status_code, response.json()["code"]) == (status, code)


def test_an_unknown_job_is_not_found(live):
    for job_id in ("0" * 32, "../../etc", "x"):
        assert live.client.get(f"/v1/batch-predict/{job_id}").status_code == 404


def test_nothing_is_left_of_a_request_that_was_refused(live, plane):
    before = set((plane.home / "serving" / "batch").iterdir())
    post_csv(live.client, HEADER, deployment="nobody")

    assert set((plane.home / "serving" / "batch").iterdir()) == before


def test_a_body_above_the_cap_is_refused_before_it_is_read(live):
    host, port = live.host.split(":")
    head = (
        "POST /v1/batch-predict?deployment=price HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        "content-type: text/csv\r\ncontent-length: 2000000000\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode())
        response = connection.makefile("rb").read()  # to its end: the server hangs up

    assert response.startswith(b"HTTP/1.1 413 ")
