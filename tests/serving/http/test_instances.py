"""Rows as objects: `/v1/inference/NAME:predict`, `/v1/predict`, and what came true."""

from datetime import datetime

import pytest

from automl_magic.store.engine import open_engine, read_transaction
from automl_magic.store.tables import outcomes
from automl_magic.workspace import default_workspace
from tests.waiting import wait_for


def predict(live, *instances, name="churn", **headers):
    document = {"instances": list(instances)}
    return live.client.post(f"/v1/inference/{name}:predict", json=document, headers=headers)


def ask(live, **document):
    return live.client.post("/v1/predict", json=document)


def test_a_class_has_a_label_with_its_score(live, customer):
    response = predict(live, customer).json()

    (prediction,) = response["predictions"]
    assert prediction.keys() == {"id", "prediction_id", "label", "score"}
    assert prediction["label"] in ("no", "yes")
    assert 0.5 <= prediction["score"] <= 1
    assert (response["model"], response["model_version"]) == ("churn", "1")
    assert response["latency_ms"] > 0


def test_a_number_has_a_value(live, house):
    (prediction,) = predict(live, house, name="price").json()["predictions"]

    assert prediction.keys() == {"id", "prediction_id", "value"}


def test_an_instance_may_bring_its_own_id(live, customer):
    predictions = predict(live, {"id": 17, "features": customer}, customer).json()["predictions"]

    assert predictions[0]["id"] == 17
    assert predictions[1]["id"] == predictions[1]["prediction_id"]
    assert predictions[0]["label"] == predictions[1]["label"]


def test_every_field_that_is_wrong_is_named(live, customer):
    response = predict(live, customer | {"age": "old", "visits": None, "extra": 1})

    assert response.status_code == 422
    assert response.json()["code"] == "invalid_input"
    problems = {one["field"]: one["problem"] for one in response.json()["details"]}
    assert problems == {"age": "type", "visits": "missing", "extra": "unknown"}


def test_what_training_had_not_seen_is_flagged(live, customer):
    response = predict(live, customer | {"city": "Atlantis", "age": 200})

    assert response.json()["predictions"][0]["flags"] == {"city": "category", "age": "range"}


def test_a_question_is_answered_in_full(live, customer):
    response = ask(
        live,
        model_id="churn",
        features=customer,
        options={"return_probabilities": True, "return_explanations": True},
    ).json()

    assert response["probability"] == max(response["probabilities"].values())
    assert sum(response["probabilities"].values()) == pytest.approx(1)
    assert {one["feature"] for one in response["explanations"]} == customer.keys()
    assert datetime.fromisoformat(response["timestamp"]).tzinfo is not None


def test_a_model_may_be_named_with_its_version(live, customer):
    assert ask(live, model_id="churn/1", features=customer).json()["model_version"] == "1"


@pytest.mark.parametrize("model_id", ["nobody", "churn/2", "churn/", "/1", "churn/1/1", "x" * 9999])
def test_what_does_not_serve_is_not_found(live, model_id, customer):
    assert ask(live, model_id=model_id, features=customer).status_code == 404


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"model_id": 1, "features": {}},
        {"model_id": "churn", "features": []},
        {"model_id": "churn", "features": {}, "options": None},
        {"model_id": "churn", "features": {}, "options": {"return_probabilities": 1}},
        {"model_id": "churn", "features": {}, "options": {"explain": True}},
        {"model_id": "churn", "features": {}, "model_path": "/etc"},
    ],
    ids=str,
)
def test_a_question_that_is_none_is_refused(live, document):
    assert ask(live, **document).status_code == 400


def test_what_came_true_is_kept(live, customer, plane):
    ids = [one["prediction_id"] for one in predict(live, customer, customer).json()["predictions"]]
    one = live.client.post("/v1/outcomes", json={"prediction_id": ids[0], "outcome": "yes"})
    many = live.client.post(
        "/v1/outcomes", json={"outcomes": [{"prediction_id": ids[1], "outcome": "no"}]}
    )

    assert (one.status_code, one.json()) == (202, {"accepted": 1})
    assert many.status_code == 202
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(plane.home))
        engine = open_engine(default_workspace().predictions)

    def found():
        with read_transaction(engine) as connection:
            query = outcomes.select().where(outcomes.c.prediction_id.in_(ids))
            return {row.prediction_id: row.outcome for row in connection.execute(query)}

    wait_for(lambda: len(found()) == 2)
    assert found() == {ids[0]: '"yes"', ids[1]: '"no"'}


NEVER_LOGGED = "0199d2f0a1c07f1e8c2b3d4e5f60718a"


@pytest.mark.parametrize(
    "outcome", ["yes", "Yes", True, 1, "1", 1.0, "no", "FALSE", 0, 12.5, "1e3"]
)
def test_an_outcome_may_be_written_in_another_way_than_in_training(live, outcome):
    document = {"prediction_id": NEVER_LOGGED, "outcome": outcome}

    assert live.client.post("/v1/outcomes", json=document).status_code == 202


def test_an_outcome_that_no_class_stands_for_is_refused_with_the_classes(live, customer, plane):
    (told,) = predict(live, customer).json()["predictions"]
    outcome = {"prediction_id": told["prediction_id"], "outcome": 12.5}
    good = {"prediction_id": told["prediction_id"], "outcome": "yes"}
    # Written within a second. Until then it could also be a prediction of a number.
    wait_for(
        lambda: live.client.post("/v1/outcomes", json=outcome).status_code == 422,
    )

    response = live.client.post("/v1/outcomes", json={"outcomes": [good, outcome]})

    assert response.status_code == 422
    assert response.json()["error"] == "The outcomes don't match the model."
    assert response.json()["details"] == [
        {
            "field": "outcomes.1.outcome",
            "problem": "type",
            "expected": "one of 'no', 'yes'",
            "found": "12.5",
        }
    ]
    unknown = live.client.post(
        "/v1/outcomes", json={"prediction_id": NEVER_LOGGED, "outcome": "maybe"}
    )
    assert unknown.status_code == 422
    assert unknown.json()["details"][0]["expected"] == "one of 'no', 'yes' or a number"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"prediction_id": "x", "outcome": "yes"},
        {"prediction_id": "0199d2f0a1c07f1e8c2b3d4e5f60718a"},
        {"prediction_id": "0199d2f0a1c07f1e8c2b3d4e5f60718a", "outcome": None},
        {"prediction_id": "0199d2f0a1c07f1e8c2b3d4e5f60718a", "outcome": ["yes"]},
        {"outcomes": []},
        {"outcomes": [1]},
    ],
    ids=str,
)
def test_an_outcome_that_is_none_is_refused(live, document):
    assert live.client.post("/v1/outcomes", json=document).status_code == 400


def test_health_says_what_serves_and_how_fast(live, customer):
    predict(live, customer)
    health = live.client.get("/health").json()

    assert (health["status"], health["model_loaded"]) == ("ok", True)
    churn = health["deployments"]["churn"]
    assert (churn["model"], churn["version"]) == ("churn", "1")
    assert churn["latency_p95_ms"] > 0
    assert datetime.fromisoformat(churn["last_prediction"]).tzinfo is not None


def test_metrics_are_text_that_prometheus_reads(live, customer):
    from prometheus_client.parser import text_string_to_metric_families

    predict(live, customer)
    response = live.client.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert [family.name for family in text_string_to_metric_families(response.text)]
