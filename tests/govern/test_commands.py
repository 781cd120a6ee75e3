"""The governance commands on a real MLflow and a store in a file."""

import json
import time

import click
import pytest

from automl_magic.cli.command import automl
from automl_magic.cli.terminal import Terminal
from automl_magic.cli.usage import BadUsage
from automl_magic.errors import AutomlMagicError, IncompatibleSchema, NotApproved, TrackingError
from automl_magic.flow import governance, serving
from automl_magic.records.models.approval import Approval
from automl_magic.records.models.deployment import Role
from automl_magic.register import MlflowRegistry
from automl_magic.store import audit, workers
from automl_magic.store.approvals import approval_of
from automl_magic.store.engine import open_engine, write_transaction
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.store.predictions import Prediction, insert_predictions
from automl_magic.store.routes import read_route
from automl_magic.store.staged import staged_folder
from automl_magic.store.workers import heartbeat
from automl_magic.workspace import default_workspace


@pytest.fixture
def typed(home, capsys):
    """Run a command. Return its output, parsed if --json is given."""

    def call(*words):
        capsys.readouterr()
        code = automl.main(list(words), standalone_mode=False, obj=Terminal())
        out = capsys.readouterr().out
        if "--json" in words:
            return json.loads(out)
        return out if code.exit_code == 0 else (code.exit_code, out)

    return call


def refused(typed, *words):
    with pytest.raises(AutomlMagicError) as caught:
        typed(*words)
    return caught.value


def test_a_day_in_the_life_of_a_model(registered, typed, home):
    """One test for the whole workflow, because creating an MLflow store takes seconds."""
    approved = typed("approve", "churn", "1", "--json")
    assert approved["statement"]["version"] == 1
    assert "Approved churn version 1 for serving." in typed("approve", "churn", "1")
    near = refused(typed, "approve", "chrun", "1")
    assert near.fix == "Use the name churn."
    assert "no version or alias '9'" in refused(typed, "approve", "churn", "9").what

    # The first deployment makes its version the champion.
    deployed = serving.deploy("churn/1")
    assert (deployed.deployment.name, deployed.route.stable) == ("churn", 1)
    assert typed("promote", "churn", "1", "champion").startswith("churn version 1 is now champion.")
    web = home / "web.yaml"
    web.write_text(
        "apiVersion: automl-magic/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec:\n  modelVersionId: churn\n  limits: {rows: 10}\n"
    )
    assert serving.deploy(str(web)).route.stable == 1

    # In a store in a file, promoting also approves. Only deployments that follow the champion move.
    promoted = typed("promote", "churn", "2", "champion", "--reason", "better", "--json")
    assert promoted["aliases"] == {"champion": 2, "rollback": 1}
    assert [(r["deployment"], r["stable"]) for r in promoted["routes"]] == [("web", 2)]
    assert (promoted["behind"], promoted["untold"]) == ({}, None)
    with store_engine(default_workspace()).connect() as connection:
        output = connection.exec_driver_sql("SELECT document FROM approvals ORDER BY id").all()
    assert all(
        staged_folder(statement_of(text), default_workspace().home).is_dir() for (text,) in output
    )
    assert "web serves version 2" in typed("route", "web")
    listed = typed("deployments", "--json")
    assert [(d["route"]["deployment"], d["route"]["stable"]) for d in listed] == [
        ("churn", 1),
        ("web", 2),
    ]
    models = {v["version"]: v["aliases"] for v in typed("models", "--json")["churn"]}
    assert models == {3: ["candidate"], 2: ["champion"], 1: ["rollback"]}

    # A canary needs an approval. Then it serves its share until it's promoted or stopped.
    assert isinstance(
        refused(typed, "route", "web", "--canary", "3", "--percent", "5"), NotApproved
    )
    typed("approve", "churn", "3")
    assert "version 3 for 5% (canary)" in typed("route", "web", "--canary", "3", "--percent", "5")
    assert typed("route", "web", "--stop", "--json")["route"]["canary"] is None
    typed("route", "web", "--ab", "3", "--percent", "50")
    assert typed("route", "web", "--promote", "--json")["route"]["stable"] == 3
    assert typed("models", "--json")["churn"][0]["aliases"] == ["candidate", "champion"]
    assert "no canary" in refused(typed, "route", "web", "--promote").what

    # A rollback can't be rolled back.
    assert "churn version 2 is the champion again." in typed("rollback", "churn", "--reason", "5xx")
    assert "nothing to roll back to" in refused(typed, "rollback", "churn").what
    assert "version 3 as shadow" in typed("route", "web", "--shadow", "3")
    revoked = typed("revoke", "churn", "3", "--reason", "it leaks", "--json")
    assert [(r["deployment"], r["shadow"]) for r in revoked["routes"]] == [("web", None)]
    assert (
        "isn't allowed to promote" not in refused(typed, "promote", "churn", "3", "champion").what
    )
    assert (
        "Can't revoke churn version 2"
        in refused(typed, "revoke", "churn", "2", "--reason", "x").what
    )

    # Changes of a file are applied. Unchanged settings stay.
    web.write_text(web.read_text().replace("rows: 10", "rows: 20"))
    again = serving.deploy(str(web))
    assert (again.deployment.limits.rows, again.route.stable) == (20, 2)
    assert serving.deploy("web").deployment.limits.rows == 20

    # Live workers that haven't applied a change are named.
    heartbeat(store_engine(default_workspace()), "w1", {"web": 1})
    workers.CONFIRM_S, before = 0.2, workers.CONFIRM_S
    try:
        out = typed("route", "web", "--canary", "1", "--percent", "1")
    finally:
        workers.CONFIRM_S = before
    assert "Workers of web still on the old route: w1." in out
    assert "being served" in refused(typed, "deployments", "--remove", "web").what
    assert "Deleted deployment churn." in typed("deployments", "--remove", "churn")

    # All actions are in the log, which is intact until an entry is changed.
    log = typed("audit", "--subject", "churn/3")
    assert "it leaks" in log
    assert typed("audit", "verify").startswith("The audit log is intact")
    with write_transaction(open_engine(default_workspace().store)) as connection:
        connection.execute(audit.audit.update().where(audit.audit.c.seq == 2).values(actor="eve"))
    code, out = typed("audit", "verify")
    assert (code, "broken at entry 2" in out) == (1, True)


def statement_of(text):
    return Approval.from_json(json.loads(text)).statement


def test_keys_are_shown_once_and_can_be_revoked(typed):
    created = typed("key", "create", "web", "--rate", "20", "--expires", "1h", "--json")
    assert created["key"].startswith(f"amk_{created['id']}_")
    listed = typed("key", "list")
    assert created["id"] in listed
    assert created["key"][-20:] not in listed
    assert typed("key", "list", "--json")[0]["requests_per_s"] == 20.0
    assert "Revoked key" in typed("key", "revoke", created["id"])
    assert "revoked" in typed("key", "list")
    assert refused(typed, "key", "revoke", created["id"][:-1]).fix == f"Use {created['id']}."
    assert "no deployment" in refused(typed, "key", "create", "x", "--deployment", "nowhere").what


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["route", "web", "--canary", "2"], "--percent 10"),
        (["route", "web", "--percent", "2"], "Use --percent only with"),
        (["route", "web", "--stop", "--promote"], "Use only one of"),
        (["key", "create"], "automl key create NAME"),
        (["key", "create", "a", "--expires", "-1h"], "above 0"),
        (["revoke", "churn", "1"], "--reason"),
        (["approve", "churn", "champion"], "VERSION"),
        (["serve"], "FILE.yaml"),
    ],
)
def test_usage_errors_explain_the_mistake(home, words, says):
    with pytest.raises(click.UsageError) as caught:
        automl.main(words, standalone_mode=False, obj=Terminal())
    result = BadUsage.of(caught.value)
    assert says in f"{result.what} {result.why} {result.fix}"


@pytest.mark.parametrize("target", ["../x", "a b", "churn@", "churn/x", "churn.json/1/2"])
def test_an_invalid_target_of_serve_is_an_error(home, target):
    with pytest.raises(AutomlMagicError, match="Can't serve"):
        serving.deploy(target)


def test_in_a_shared_store_approval_is_a_separate_step(registered, postgres, monkeypatch, typed):
    monkeypatch.setenv("AUTOML_MAGIC_STORE", postgres())

    unapproved = refused(typed, "promote", "churn", "1", "champion")
    assert unapproved.fix == "Approve it: automl approve churn 1"
    assert typed("audit", "--json")[0]["action"] == "approve.denied"
    typed("approve", "churn", "1")
    assert typed("promote", "churn", "1", "champion", "--json")["untold"] is None
    models = {v["version"]: v["aliases"] for v in typed("models", "--json")["churn"]}
    assert models[1] == ["champion"]
    assert typed("audit", "verify").startswith("The audit log is intact")
    store_engine(default_workspace()).dispose()


def test_the_store_is_updated_while_mlflow_is_down(registered, typed, monkeypatch):
    typed("approve", "churn", "1")
    typed("approve", "churn", "2")
    typed("promote", "churn", "1", "champion")

    def silent(self, name, aliases):
        raise TrackingError("The tracking store did not take the call.", why="No.", fix="Wait.")

    with monkeypatch.context() as broken:
        broken.setattr(MlflowRegistry, "set_aliases", silent)
        out = typed("promote", "churn", "2", "champion")
    assert "MLflow wasn't updated: No. The next command retries it." in out
    assert typed("models", "--json")["churn"][1]["aliases"] == []
    # The next command updates MLflow.
    assert typed("promote", "churn", "3", "shadow", "--json")["untold"] is None
    assert typed("models", "--json")["churn"][1]["aliases"] == ["champion"]


def loan_route():
    return read_route(store_engine(default_workspace()), "loan")


def predicted_by(version):
    row = Prediction(
        id=f"{version:032d}",
        deployment="loan",
        model="loan",
        version=version,
        role=Role.CANARY,
        epoch=loan_route().epoch,
        at=time.time(),
        features={},
        prediction="yes",
        probabilities=None,
        latency_ms=1.0,
    )
    insert_predictions(predictions_engine(default_workspace()), [row])


def test_a_version_with_other_columns_gets_requests_only_if_a_person_says_so(registered, typed):
    """Version 2 of loan was trained without the column `income`, which callers send."""
    governance.promote("loan", 1, "champion")
    serving.deploy("loan")
    assert isinstance(refused(typed, "promote", "loan", "2", "champion"), IncompatibleSchema)
    # It's refused before anything changes: not even an approval is implied.
    assert approval_of(store_engine(default_workspace()), "loan", 2) is None
    governance.approve("loan", 2)
    with pytest.raises(IncompatibleSchema, match="automl serve loan/2 --allow-schema-change"):
        serving.deploy("loan/2")
    epoch = loan_route().epoch

    for words, option in (
        (("route", "loan", "--canary", "2", "--percent", "10"), "--canary 2 --percent 10"),
        (("route", "loan", "--ab", "2", "--percent", "50"), "--ab 2 --percent 50"),
        (("route", "loan", "--shadow", "2"), "--shadow 2"),
    ):
        error = refused(typed, *words)
        assert error.what == "Version 2 of loan doesn't accept the requests to loan."
        assert "'income' is no longer an input" in error.why
        assert f"automl route loan {option} --allow-schema-change" in error.fix
    assert loan_route().epoch == epoch

    allowed = ("--allow-schema-change",)
    started = typed("route", "loan", "--canary", "2", "--percent", "10", *allowed)
    assert "Warning: version 2 doesn't accept all requests to loan that version 1" in started
    assert "--promote --allow-schema-change" in refused(typed, "route", "loan", "--promote").fix
    predicted_by(2)
    promoted = typed("route", "loan", "--promote", *allowed, "--json")
    assert promoted["route"]["stable"] == 2
    assert promoted["untried"] is False
    assert "'income'" in promoted["notes"][0]

    # Back again: version 1 requires `income`. A rollback is never blocked, but it says so.
    back = typed("rollback", "loan")
    assert "loan version 1 is the champion again." in back
    assert "Warning: version 1 doesn't accept all requests to loan that version 2" in back
    assert "'income' is new and required" in back


def test_a_version_that_nobody_tried_is_promoted_with_a_warning(registered, typed, home):
    (home / "loan.yaml").write_text(
        "apiVersion: automl-magic/v1\nkind: Deployment\nmetadata: {name: loan}\n"
        "spec:\n  modelVersionId: loan\n  checks: {unknown: flag}\n"
    )
    governance.promote("loan", 1, "champion")
    serving.deploy(str(home / "loan.yaml"))

    promoted = typed("promote", "loan", "2", "champion", "--json")
    assert promoted["untried"] == ["loan"]
    assert promoted["notes"] == [
        "Version 2 differs from version 1 for the callers of loan: 'income' is no longer an input."
    ]
    typed("rollback", "loan")

    # Tried before the rollback: as the stable version it has predicted.
    predicted_by(2)
    again = typed("promote", "loan", "2", "champion")
    assert "Warning" not in again
    assert governance.promote("loan", 2, "challenger").untried == ()


def test_a_canary_without_any_request_counts_as_untried(registered, typed):
    serving.deploy("churn/1")
    governance.approve("churn", 2)
    typed("route", "churn", "--canary", "2", "--percent", "5")

    promoted = typed("route", "churn", "--promote")

    assert (
        "Warning: version 2 had no requests of churn before: no canary or shadow tested it. "
        "To test one first: automl route churn --canary VERSION --percent 10"
    ) in promoted
