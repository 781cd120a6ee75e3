import pytest

from automl_magic.deploy import parse_deployment, read_deployment_file
from automl_magic.deploy.deployment_file import FIELDS, file_paths
from automl_magic.errors import SpecError, UnknownField, WrongType
from automl_magic.records.models.deployment import (
    Autoscale,
    Deployment,
    InputChecks,
    InputPolicy,
    PredictionLog,
    RequestLimits,
    RolloutStrategy,
    Slos,
    StrategyKind,
)

HEAD = "apiVersion: automl-magic/v1\nkind: Deployment\nmetadata: {name: churn-prod}\n"
LEAST = HEAD + "spec:\n  modelVersionId: churn\n"
WHOLE = """\
apiVersion: automl-magic/v1
kind: Deployment
metadata:
  name: churn-prod
  labels: {team: retention}
spec:
  modelVersionId: churn/3
  strategy:
    type: canary
    traffic: {stable: 90, canary: 10}
    sticky: true
    canaryVersionId: churn@challenger
  autoscale: {minReplicas: 2, maxReplicas: 10, targetCPUUtilizationPercentage: 60}
  slos: {latencyMsP95: 150, errorRatePct: 0.5, minRequests: 100}
  checks: {ranges: refuse, categories: allow, missing: flag, unknown: allow}
  predictionLog:
    enabled: true
    sample: 0.1
    maxPerSecond: 50
    hash: [email]
    drop: [note]
    protect: false
    retentionDays: 7
  limits: {bodyBytes: 100000, rows: 10, depth: 5, queue: 64, timeoutSeconds: 2}
  callbackHosts: [hooks.example.com]
"""


def test_the_minimal_file_has_a_name_and_a_model():
    assert parse_deployment(LEAST, "d.yaml") == Deployment(
        name="churn-prod", model_version_id="churn"
    )


def test_every_field_of_a_file_is_read():
    assert parse_deployment(WHOLE, "d.yaml") == Deployment(
        name="churn-prod",
        model_version_id="churn/3",
        canary_version_id="churn@challenger",
        strategy=RolloutStrategy(
            kind=StrategyKind.CANARY, stable_pct=90, canary_pct=10, sticky=True
        ),
        autoscale=Autoscale(min_replicas=2, max_replicas=10, target_cpu_pct=60),
        slos=Slos(latency_ms_p95=150, error_rate_pct=0.5, min_requests=100),
        checks=InputChecks(
            ranges=InputPolicy.REFUSE,
            categories=InputPolicy.ALLOW,
            missing=InputPolicy.FLAG,
            unknown=InputPolicy.ALLOW,
        ),
        log=PredictionLog(
            sample=0.1,
            max_per_s=50,
            hash=("email",),
            drop=("note",),
            protect=False,
            retention_days=7,
        ),
        limits=RequestLimits(body_bytes=100_000, rows=10, depth=5, queue=64, timeout_s=2),
        callback_hosts=("hooks.example.com",),
        labels={"team": "retention"},
    )


def test_every_field_of_the_record_can_be_written():
    def leaves(record, path=()):
        for name, value in record.items():
            if isinstance(value, dict) and name != "labels":
                yield from leaves(value, (*path, name))
            else:
                yield (*path, name)

    record = Deployment(name="a", model_version_id="a").to_json()
    assert set(leaves(record)) - {("schema_version",)} == set(file_paths())
    assert set(FIELDS) == {"apiVersion", "kind", "metadata", "spec"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says", "fix"),
    [
        ("modelVersionId", "modelVersionID", 7, "unknown field 'modelVersionID'", "modelVersionId"),
        ("latencyMsP95", "latencyMs", 14, "unknown field 'latencyMs'", "latencyMsP95"),
        ("type: canary", "type: canery", 9, "spec.strategy.type can't be", "canary"),
        ("canary: 10}", "canary: 20}", 10, "spec.strategy.traffic.canary can't be", "sum to 100"),
        ("minReplicas: 2", "minReplicas: 20", 13, "spec.autoscale.minReplicas", "from 1"),
        ("sample: 0.1", "sample: 2", 18, "spec.predictionLog.sample can't be", "fraction"),
        ("hash: [email]", "hash: [1]", 20, "spec.predictionLog.hash.0 can't be", "text"),
        ("rows: 10", "rows: 0", 24, "spec.limits.rows can't be", "at least 1"),
        ("churn/3", "churn:3", 7, "spec.modelVersionId can't be", "NAME/VERSION"),
        ("name: churn-prod", "name: a/b", 4, "metadata.name can't be", "a letter"),
        ("sticky: true", "sticky: yes", 11, "spec.strategy.sticky can't be", "true or false"),
        ("kind: Deployment", "kind: Deploymnt", 2, "kind can't be", "Deployment"),
        ("automl-magic/v1", "automl-magic/v2", 1, "apiVersion can't be", "automl-magic/v1"),
    ],
)
def test_an_error_has_its_line_and_a_fix(old, new, line, says, fix):
    assert WHOLE.count(old) >= 1
    with pytest.raises(SpecError) as caught:
        parse_deployment(WHOLE.replace(old, new, 1), "d.yaml")
    assert caught.value.what.startswith(f"d.yaml, line {line}: ")
    assert says in caught.value.what
    assert fix in caught.value.why + caught.value.fix


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", SpecError, "isn't a deployment file"),
        ("[]", SpecError, "isn't a deployment file"),
        ("kind: Deployment\n", WrongType, "apiVersion is missing"),
        (HEAD, WrongType, "spec.modelVersionId is missing"),
        (HEAD + "spec:\n", WrongType, "spec can't be nothing"),
        (HEAD + "spec: []\n", WrongType, "spec can't be"),
        (LEAST + "  strategy: canary\n", WrongType, "spec.strategy can't be"),
        (LEAST + "  modelVersionId: b\n", SpecError, "is set twice"),
        (LEAST + "  labels: &a {}\n", SpecError, "anchors and aliases"),
        (LEAST.replace("churn-prod", "!!python/name:os.system"), SpecError, "line 3"),
        (LEAST + "status: {}\n", UnknownField, "unknown field 'status'"),
        (LEAST + "\t x: 1\n", SpecError, "tab"),
    ],
)
def test_an_invalid_file_is_rejected(text, kind, says):
    with pytest.raises(kind, match=says):
        parse_deployment(text, "d.yaml")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(SpecError, match="Can't read the deployment file 'd.yaml'"):
        read_deployment_file(tmp_path / "d.yaml")
    (tmp_path / "d.yaml").write_text(WHOLE)
    assert read_deployment_file(tmp_path / "d.yaml").name == "churn-prod"
