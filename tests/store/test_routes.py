import dataclasses
import json
import threading

import pytest
from sqlalchemy import select

from automl_magic.errors import (
    DeploymentError,
    DeploymentNotFound,
    NotApproved,
    RouteChanged,
)
from automl_magic.records.models.deployment import Deployment, RequestLimits, Route, StrategyKind
from automl_magic.store import audit
from automl_magic.store.approvals import approval_of, revoke_approvals
from automl_magic.store.engine import exclusive_transaction, write_transaction
from automl_magic.store.route_rows import AuditContext, clear_new_roles, replace_route
from automl_magic.store.routes import (
    change_deployment,
    change_route,
    create_deployment,
    history,
    list_deployments,
    read_deployment,
    read_epochs,
    read_route,
    roll_back,
)
from automl_magic.store.signing import PrivateKey, TrustedKeys, trusted_folder
from automl_magic.store.tables import approvals, deployments
from automl_magic.workspace import default_workspace


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


@pytest.fixture
def make(engine, approve):
    """Make a deployment of `churn` whose version 1 is stable; versions 1 to 3 are approved."""
    for version in (1, 2, 3):
        approve(version)

    def deployment(name="churn", **fields):
        spec = Deployment(name=name, model_version_id="churn@champion")
        route = Route(deployment=name, model="churn", epoch=0, **{"stable": 1, **fields})
        return create_deployment(engine, spec, route, "ada", trusted=own_trusted())

    return deployment


def test_a_new_deployment_is_read_as_it_was_written(engine, make):
    route = make()

    assert route == Route(deployment="churn", model="churn", epoch=1, stable=1)
    assert read_deployment(engine, "churn") == (
        Deployment(name="churn", model_version_id="churn@champion"),
        route,
    )
    assert list_deployments(engine) == [read_deployment(engine, "churn")]
    assert list_deployments(engine, "other") == []


def test_a_name_is_given_once(engine, make):
    make()

    with pytest.raises(DeploymentError, match="already"):
        make()
    assert audit.verify(engine).n_entries == 4


def test_a_deployment_that_is_not_there_is_said_with_a_near_miss(engine, make):
    with pytest.raises(DeploymentNotFound, match="There are none yet"):
        read_route(engine, "churn")
    make()
    with pytest.raises(DeploymentNotFound, match="Use the name churn"):
        read_route(engine, "chrun")
    with pytest.raises(DeploymentNotFound):
        history(engine, "chrun")


def test_a_change_moves_the_epoch_and_is_kept(engine, make):
    first = make()
    canary = change_route(
        engine,
        first,
        canary=2,
        percent=5.0,
        action="canary",
        actor="ada",
        reason="a try",
        trusted=own_trusted(),
    )
    promoted = change_route(
        engine,
        canary,
        stable=2,
        canary=None,
        percent=0.0,
        action="promote",
        actor="ada",
        trusted=own_trusted(),
    )

    assert (canary.epoch, canary.stable, canary.canary, canary.percent) == (2, 1, 2, 5.0)
    assert (promoted.epoch, promoted.stable, promoted.previous) == (3, 2, 1)
    assert read_route(engine, "churn") == promoted
    assert read_epochs(engine, ["churn", "nobody"]) == {"churn": 3}
    assert [(line.route, line.action, line.reason) for line in history(engine, "churn")] == [
        (promoted, "promote", ""),
        (canary, "canary", "a try"),
        (first, "create", ""),
    ]
    entry = audit.entries(engine, subject="churn", limit=2)[1]
    assert (entry.actor, entry.action, entry.subject) == ("ada", "route.promote", "churn")
    assert entry.detail["to"] == promoted.to_json()


def test_a_change_of_what_is_no_longer_there_is_refused_whole(engine, make):
    seen = make()
    change_route(engine, seen, shadow=2, action="shadow", actor="ada", trusted=own_trusted())
    n_entries = audit.verify(engine).n_entries

    with pytest.raises(RouteChanged, match="Its epoch is now 2, not 1"):
        change_route(engine, seen, shadow=3, action="shadow", actor="eve", trusted=own_trusted())
    assert read_route(engine, "churn").shadow == 2
    assert audit.verify(engine).n_entries == n_entries
    assert len(history(engine, "churn")) == 2


def test_of_many_changes_at_once_one_is_made(engine, make):
    seen = make()
    won, lost = [], []

    def change(version):
        try:
            won.append(
                change_route(
                    engine,
                    seen,
                    canary=version,
                    percent=1.0,
                    action="a",
                    actor="ada",
                    trusted=own_trusted(),
                )
            )
        except RouteChanged as error:
            lost.append(error)

    threads = [threading.Thread(target=change, args=(2 + i % 2,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(won), len(lost)) == (1, 9)
    assert read_route(engine, "churn") == won[0]
    assert audit.verify(engine).broken_at is None


@pytest.mark.parametrize("role", ["stable", "canary", "shadow"])
def test_a_version_that_nobody_approved_takes_no_role(engine, make, role):
    seen = make()

    with pytest.raises(NotApproved, match="automl approve churn 9"):
        change_route(engine, seen, **{role: 9}, action="a", actor="ada", trusted=own_trusted())
    assert read_route(engine, "churn") == seen


def test_a_deployment_of_an_unapproved_version_is_not_made(engine, make):
    with pytest.raises(NotApproved):
        make(stable=9)
    with pytest.raises(NotApproved):
        make(canary=9, percent=1.0)
    assert list_deployments(engine) == []


def test_a_revoked_version_takes_no_role(engine, make):
    seen = make()
    with exclusive_transaction(engine) as connection:
        assert revoke_approvals(connection, "churn", 2, actor="grace") == 1

    with pytest.raises(NotApproved, match="revoked by grace"):
        change_route(engine, seen, canary=2, action="a", actor="ada", trusted=own_trusted())
    assert approval_of(engine, "churn", 2).revoked_by == "grace"


def test_a_version_can_be_approved_anew_after_a_revocation(engine, make, approve):
    seen = make()
    with exclusive_transaction(engine) as connection:
        revoke_approvals(connection, "churn", 2, actor="grace")
    approve(2)

    assert (
        change_route(engine, seen, canary=2, action="a", actor="ada", trusted=own_trusted()).canary
        == 2
    )


def test_a_row_alone_approves_nothing(engine, make, tmp_path, approve):
    seen = make()
    approve(4, signed_with=PrivateKey.load_or_make(tmp_path / "eve" / "governance.pem"))

    with pytest.raises(NotApproved, match="isn't trusted"):
        change_route(engine, seen, canary=4, action="a", actor="eve", trusted=own_trusted())


def test_an_approval_of_one_version_approves_no_other(engine, make):
    """Whoever can write into the database copies the row of an approved version."""
    seen = make()
    with write_transaction(engine) as connection:
        row = connection.execute(select(approvals).where(approvals.c.version == 2)).one()
        copied = {k: v for k, v in row._asdict().items() if k != "id"} | {"version": 7}
        connection.execute(approvals.insert().values(**copied))

    with pytest.raises(NotApproved, match="It's for churn version 2"):
        change_route(engine, seen, canary=7, action="a", actor="eve", trusted=own_trusted())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"statement": 1}', "null"])
def test_an_approval_that_cannot_be_read_approves_nothing(engine, make, text):
    seen = make()
    with write_transaction(engine) as connection:
        connection.execute(approvals.update().values(document=text))

    with pytest.raises(NotApproved, match="It's damaged"):
        change_route(engine, seen, canary=2, action="a", actor="eve", trusted=own_trusted())


def test_taking_a_version_out_asks_for_no_approval(engine, make):
    seen = make(canary=2, percent=10.0)
    with exclusive_transaction(engine) as connection:
        for version in (1, 2, 3):
            revoke_approvals(connection, "churn", version, actor="grace")

    route = roll_back(engine, "churn", "guard", "too slow", trusted=own_trusted())
    assert (route.stable, route.canary, route.percent, route.epoch) == (
        1,
        None,
        0.0,
        seen.epoch + 1,
    )


def test_a_rollback_takes_the_canary_first_and_then_the_stable_version(engine, make):
    seen = make()
    promoted = change_route(
        engine, seen, stable=2, action="promote", actor="ada", trusted=own_trusted()
    )
    change_route(
        engine, promoted, canary=3, percent=5.0, action="canary", actor="ada", trusted=own_trusted()
    )

    without = roll_back(engine, "churn", "guard", "errors", expected_epoch=3, trusted=own_trusted())
    assert (without.stable, without.canary, without.previous) == (2, None, 1)
    back = roll_back(engine, "churn", "ada", "still bad", trusted=own_trusted())
    assert (back.stable, back.previous, back.epoch) == (1, None, 5)
    with pytest.raises(DeploymentError, match="nothing to roll back to"):
        roll_back(engine, "churn", "ada", "again", trusted=own_trusted())


def test_a_rollback_of_another_epoch_than_was_seen_does_nothing(engine, make):
    make(canary=2, percent=5.0)
    change_route(
        engine,
        read_route(engine, "churn"),
        percent=50.0,
        action="step",
        actor="ada",
        trusted=own_trusted(),
    )

    with pytest.raises(RouteChanged):
        roll_back(
            engine,
            "churn",
            "guard",
            "errors of the first epoch",
            expected_epoch=1,
            trusted=own_trusted(),
        )
    assert read_route(engine, "churn").percent == 50.0


def test_a_rollback_to_a_revoked_version_is_refused(engine, make):
    change_route(engine, make(), stable=2, action="promote", actor="ada", trusted=own_trusted())
    with exclusive_transaction(engine) as connection:
        revoke_approvals(connection, "churn", 1, actor="grace")

    with pytest.raises(NotApproved):
        roll_back(engine, "churn", "ada", "errors", trusted=own_trusted())


@pytest.mark.parametrize("role", ["canary", "shadow"])
def test_a_version_is_not_compared_with_itself(engine, make, role):
    with pytest.raises(DeploymentError, match="already"):
        change_route(engine, make(), **{role: 1}, action="a", actor="ada", trusted=own_trusted())


def test_a_change_that_changes_nothing_is_refused(engine, make):
    with pytest.raises(DeploymentError, match="wouldn't change"):
        change_route(
            engine, make(), kind=StrategyKind.CANARY, action="a", actor="ada", trusted=own_trusted()
        )


def test_what_a_deployment_asks_for_can_be_changed(engine, make):
    route = make()
    asked = dataclasses.replace(
        read_deployment(engine, "churn")[0],
        limits=RequestLimits(rows=10),
        callback_hosts=("a.example",),
    )
    change_deployment(engine, asked, "ada", trusted=own_trusted())
    n_entries = audit.verify(engine).n_entries
    change_deployment(engine, asked, "ada", trusted=own_trusted())

    assert read_deployment(engine, "churn") == (asked, route)
    assert audit.verify(engine).n_entries == n_entries


def test_the_history_and_the_epoch_never_part(engine, make):
    """A crash in the middle of a change leaves neither half of it."""
    seen = make()
    changed = dataclasses.replace(seen, canary=2)

    def change_and_crash():
        with exclusive_transaction(engine) as connection:
            deed = AuditContext("a", "ada", own_trusted())
            cleared = clear_new_roles(connection, seen, changed, deed)
            replace_route(connection, seen, changed, deed, cleared)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_crash()
    assert read_route(engine, "churn") == seen
    assert len(history(engine, "churn")) == 1
    with write_transaction(engine) as connection:
        kept = connection.execute(select(deployments.c.route)).scalar_one()
    assert json.loads(kept)["epoch"] == 1


def test_no_version_takes_up_a_role_without_a_clearance_of_that_transaction(engine, make):
    seen = make()
    changed, deed = dataclasses.replace(seen, canary=2), AuditContext("a", "ada", own_trusted())
    with exclusive_transaction(engine) as connection:
        of_another = clear_new_roles(connection, seen, dataclasses.replace(seen, canary=3), deed)
        for cleared in ((), of_another):
            with pytest.raises(ValueError, match="Version 2 of churn wasn't cleared"):
                replace_route(connection, seen, changed, deed, cleared)
    assert read_route(engine, "churn") == seen
