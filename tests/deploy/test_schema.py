import jsonschema
import pytest
import yaml

from automl_magic.deploy.schema import json_schema

WHOLE = """\
apiVersion: automl-magic/v1
kind: Deployment
metadata: {name: churn-prod, labels: {team: retention}}
spec:
  modelVersionId: churn/3
  strategy: {type: canary, canaryVersionId: churn/4, traffic: {stable: 90, canary: 10}}
  autoscale: {minReplicas: 2, maxReplicas: 10, targetCPUUtilizationPercentage: 60}
  slos: {latencyMsP95: 150, errorRatePct: 0.5}
  predictionLog: {hash: [email], retentionDays: 7}
"""


@pytest.fixture(scope="module")
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_a_correct_file_is_valid(validator):
    assert list(validator.iter_errors(yaml.safe_load(WHOLE))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("modelVersionId", "modelVersion"),
        ("type: canary,", "type: canery,"),
        ("minReplicas: 2", "minReplicas: two"),
        ("hash: [email]", "hash: email"),
        ("kind: Deployment", "kind: Pod"),
        ("automl-magic/v1", "v1"),
        ("name: churn-prod, ", ""),
    ],
)
def test_an_incorrect_file_is_invalid(validator, old, new):
    assert list(validator.iter_errors(yaml.safe_load(WHOLE.replace(old, new, 1)))) != []
