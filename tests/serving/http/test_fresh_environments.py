"""In environments of their own: the standard client works unchanged, the server alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import wait_for

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

CLIENT = """
import sys
import numpy as np
import tritonclient.grpc, tritonclient.http

rows = np.array([[80.0, 3.0, 1987.0], [20.0, 1.0, 1900.0]])
customer = {"age": 41.5, "visits": 3, "city": "Oslo", "active": True, "since": "2021-03-04"}
kinds = {"age": "FP64", "visits": "INT64", "city": "BYTES", "active": "BOOL", "since": "BYTES"}
types = {"FP64": np.float64, "INT64": np.int64, "BYTES": np.object_, "BOOL": np.bool_}
found = []
for module, address in ((tritonclient.http, sys.argv[1]), (tritonclient.grpc, sys.argv[2])):
    client = module.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("price")
    assert client.is_model_ready("price", "1")
    server = client.get_server_metadata()
    model = client.get_model_metadata("churn")
    named = model["inputs"] if isinstance(model, dict) else model.inputs
    assert [one["name"] if isinstance(one, dict) else one.name for one in named] == list(kinds)

    table = module.InferInput("input-0", list(rows.shape), "FP64")
    table.set_data_from_numpy(rows)
    answer = client.infer("price", [table], request_id="order-17")
    values = answer.as_numpy("predict")
    asked = [module.InferRequestedOutput("predict")]
    again = client.infer("price", [table], model_version="1", outputs=asked).as_numpy("predict")
    assert (again == values).all()

    inputs = []
    for name, kind in kinds.items():
        value = customer[name].encode() if kind == "BYTES" else customer[name]
        tensor = module.InferInput(name, [1, 1], kind)
        tensor.set_data_from_numpy(np.array([[value]], dtype=types[kind]))
        inputs.append(tensor)
    answer = client.infer("churn", inputs)
    label, shares = answer.as_numpy("predict"), answer.as_numpy("predict_proba")
    assert shares.shape == (1, 2), shares
    try:
        client.infer("nobody", [table])
    except tritonclient.utils.InferenceServerException as error:
        assert "nobody" in str(error)
    else:
        raise AssertionError("nobody answered")
    found.append((values.tolist(), [one.decode() for one in label.ravel()], shares.tolist()))

# Over HTTP also as plain JSON.
table = tritonclient.http.InferInput("input-0", list(rows.shape), "FP64")
table.set_data_from_numpy(rows, binary_data=False)
asked = [tritonclient.http.InferRequestedOutput("predict", binary_data=False)]
client = tritonclient.http.InferenceServerClient(sys.argv[1])
assert client.infer("price", [table], outputs=asked).as_numpy("predict").tolist() == found[0][0]
assert found[0] == found[1], found
print("the same", found[0])
"""


def environment(folder, *requirements):
    """Make an environment of its own; skip where no package index can be reached."""
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", folder], check=True)
    python = folder / "bin" / "python"
    install = [*uv, "pip", "install", "--quiet", "--python", python]
    for more in requirements:
        done = subprocess.run([*install, *more], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no package index can be reached: {done.stderr[-300:]}")
    return python


def test_the_standard_client_works_unchanged_over_http_and_grpc(live, tmp_path):
    python = environment(tmp_path / "client", ["tritonclient[http,grpc]"])
    script = tmp_path / "client.py"
    script.write_text(CLIENT)
    run = subprocess.run(
        [python, script, live.host, live.grpc], capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr[-3_000:]
    print(run.stdout)


def test_a_server_runs_without_jupyter_pandas_and_mlflow(plane, serve, tmp_path, customer, house):
    python = environment(
        tmp_path / "server",
        ["--no-deps", "catboost"],
        ["--requirement", ROOT / "serving" / "requirements.txt"],
    )
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # The library as it lies here, as an editable install without its dependencies would give it.
    Path(site, "ours.pth").write_text(f"{ROOT}\n{ROOT / 'serving'}\n")
    for name in ("pandas", "mlflow", "jupyter_server", "jupyterlab", "IPython", "nbformat"):
        missing = subprocess.run(
            [python, "-c", f"import {name}"], capture_output=True, text=True, check=False
        )
        assert "ModuleNotFoundError" in missing.stderr, name
    size = sum(path.stat().st_size for path in Path(site).rglob("*") if path.is_file())
    print(f"the server's environment: {size / 1e6:.0f} MB")

    with serve(plane, python=python) as running:
        response = running.client.post(
            "/v1/predict",
            json={
                "model_id": "churn",
                "features": customer,
                "options": {"return_probabilities": True, "return_explanations": True},
            },
        )
        assert response.status_code == 200, response.text
        posted = running.client.post(
            "/v1/batch-predict", json={"deployment": "price", "instances": [house]}
        )
        job_id = posted.json()["id"]

        def ended():
            job = running.client.get(f"/v1/batch-predict/{job_id}").json()
            return None if job["status"] in ("queued", "running") else job

        job = wait_for(ended)
        assert job["status"] == "done", job
