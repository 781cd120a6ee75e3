import dataclasses

import pytest

from automl_magic.errors import DeploymentError, NotApproved, RouteChanged
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store import audit, champion
from automl_magic.store.aliases import Aliases, read_aliases
from automl_magic.store.engine import exclusive_transaction
from automl_magic.store.outbox import MLFLOW_ALIASES, pending
from automl_magic.store.route_rows import AuditContext
from automl_magic.store.routes import (
    change_deployment,
    change_route,
    create_deployment,
    delete_deployment,
    list_deployments,
    read_deployment,
    read_route,
    roll_back,
)
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.workers import heartbeat, remove_worker
from automl_magic.workspace import default_workspace


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


@pytest.fixture(autouse=True)
def approved(approve):
    for version in (1, 2, 3):
        approve(version)


@pytest.fixture
def promote(engine):
    def do(version, alias="champion", seen=None):
        with exclusive_transaction(engine) as connection:
            known = seen or champion.aliases_in(connection, "churn")
            return champion.promote(
                connection, known, alias, version, AuditContext("promote", "ada", own_trusted())
            )

    return do


@pytest.fixture
def roll_back_model(engine):
    def do():
        with exclusive_transaction(engine) as connection:
            known = champion.aliases_in(connection, "churn")
            return champion.roll_back_model(
                connection, known, AuditContext("roll_back", "ada", own_trusted())
            )

    return do


@pytest.fixture
def withdraw(engine):
    def do(version):
        with exclusive_transaction(engine) as connection:
            return champion.revoke_version(
                connection,
                "churn",
                version,
                AuditContext("revoke", "grace", own_trusted(), "it leaks"),
            )

    return do


@pytest.fixture
def deploy(engine):
    def do(name, serves="churn", **route):
        spec = Deployment(name=name, model_version_id=serves)
        first = Route(deployment=name, model="churn", epoch=1, **{"stable": 1, **route})
        return create_deployment(engine, spec, first, "ada", trusted=own_trusted())

    return do


def test_a_model_that_nobody_spoke_of_has_no_aliases(engine):
    assert read_aliases(engine, "churn") == Aliases("churn")


def test_the_champion_that_gives_way_is_what_a_rollback_means(engine, promote):
    promote(1)
    promote(1)
    promote(2)

    assert read_aliases(engine, "churn") == Aliases("churn", 2, {"champion": 2, "rollback": 1})
    assert [order.payload for order in pending(engine, MLFLOW_ALIASES)] == [
        {"model": "churn", "gone": []},
        {"model": "churn", "gone": []},
    ]


def test_other_aliases_need_no_approval_and_move_no_route(engine, promote, deploy):
    seen = deploy("churn")
    promote(9, "challenger")
    promote(9, "candidate")

    assert read_aliases(engine, "churn").versions == {"challenger": 9, "candidate": 9}
    assert read_route(engine, "churn") == seen


def test_aliases_that_changed_since_they_were_seen_are_not_overwritten(engine, promote):
    seen = read_aliases(engine, "churn")
    promote(1)
    n_entries = audit.verify(engine).n_entries

    with pytest.raises(RouteChanged, match="Their epoch is now 1, not 0"):
        promote(2, seen=seen)
    assert audit.verify(engine).n_entries == n_entries


@pytest.mark.parametrize("serves", ["churn", "churn@champion"])
def test_whoever_follows_the_champion_moves_with_it(engine, promote, deploy, serves):
    promote(1)
    deploy("web", serves, canary=2, percent=10.0)
    deploy("app", serves, shadow=2)
    moved = promote(2)

    assert [
        (r.deployment, r.stable, r.canary, r.percent, r.shadow, r.previous) for r in moved.routes
    ] == [("app", 2, None, 0.0, None, 1), ("web", 2, None, 0.0, None, 1)]
    assert read_route(engine, "web").epoch == 2


@pytest.mark.parametrize("serves", ["churn/1", "churn@challenger"])
def test_whoever_names_another_version_stays_with_it(engine, promote, deploy, serves):
    seen = deploy("old", serves)
    promote(2)

    assert read_route(engine, "old") == seen


def test_an_unapproved_version_is_no_champion(engine, promote):
    with pytest.raises(NotApproved, match="automl approve churn 9"):
        promote(9)
    assert read_aliases(engine, "churn").epoch == 0


def test_a_rollback_takes_alias_and_routes_back_and_not_forth(
    engine, promote, deploy, roll_back_model
):
    promote(1)
    deploy("web")
    promote(2)
    change_route(
        engine,
        read_route(engine, "web"),
        canary=3,
        percent=5.0,
        action="canary",
        actor="ada",
        trusted=own_trusted(),
    )
    roll_back_model()

    route = read_route(engine, "web")
    assert (route.stable, route.canary, route.previous) == (1, None, None)
    assert read_aliases(engine, "churn").versions == {"champion": 1}
    assert pending(engine, MLFLOW_ALIASES)[-1].payload["gone"] == ["rollback"]
    with pytest.raises(DeploymentError, match="nothing to roll back to"):
        roll_back_model()


def test_a_rollback_without_deployments_moves_the_alias(engine, promote, roll_back_model):
    promote(1)
    promote(2)

    assert roll_back_model().routes == ()
    assert read_aliases(engine, "churn").versions == {"champion": 1}


def test_a_canary_that_becomes_stable_becomes_the_champion(engine, promote, deploy):
    promote(1)
    seen = deploy("web", canary=2, percent=10.0)
    deploy("app")
    change_route(
        engine,
        seen,
        stable=2,
        canary=None,
        percent=0.0,
        action="promote",
        actor="ada",
        trusted=own_trusted(),
    )

    assert read_aliases(engine, "churn").versions == {"champion": 2, "rollback": 1}
    assert read_route(engine, "app").stable == 2


def test_a_route_that_rolls_back_takes_the_champion_along(engine, promote, deploy):
    promote(1)
    deploy("web")
    deploy("app")
    promote(2)
    roll_back(engine, "web", "guard", "errors", trusted=own_trusted())

    assert read_aliases(engine, "churn").versions == {"champion": 1}
    assert [(r.stable, r.previous) for _, r in list_deployments(engine)] == [(1, None)] * 2


def test_a_pinned_route_that_moves_leaves_the_champion(engine, promote, deploy):
    promote(1)
    change_route(
        engine,
        deploy("old", "churn/1"),
        stable=2,
        action="promote",
        actor="ada",
        trusted=own_trusted(),
    )

    assert read_aliases(engine, "churn").versions == {"champion": 1}


def test_a_revoked_canary_is_taken_out(engine, promote, deploy, withdraw):
    promote(1)
    deploy("web", canary=2, percent=10.0)
    deploy("app", shadow=2)
    withdraw(2)

    for _, route in list_deployments(engine):
        assert (route.stable, route.canary, route.shadow, route.percent) == (1, None, None, 0.0)
    entry = audit.entries(engine, subject="churn/2")[0]
    assert (entry.actor, entry.action, entry.detail) == ("grace", "revoke", {"reason": "it leaks"})


def test_a_revoked_champion_gives_way_to_the_one_before(engine, promote, deploy, withdraw):
    promote(1)
    deploy("web")
    promote(2)
    withdraw(2)

    route = read_route(engine, "web")
    assert (route.stable, route.previous) == (1, None)
    assert read_aliases(engine, "churn").versions == {"champion": 1}


def test_a_version_that_nothing_can_replace_is_not_revoked(engine, promote, deploy, withdraw):
    promote(1)
    seen = deploy("web")

    with pytest.raises(DeploymentError, match="Can.t revoke churn version"):
        withdraw(1)
    assert read_route(engine, "web") == seen
    promote(2)
    withdraw(1)
    assert read_aliases(engine, "churn").versions == {"champion": 2}
    assert read_route(engine, "web").previous is None


def test_nobody_rolls_back_to_a_revoked_version(engine, promote, withdraw, roll_back_model):
    promote(1)
    promote(2)
    withdraw(1)

    with pytest.raises(DeploymentError, match="nothing to roll back to"):
        roll_back_model()


def test_a_champion_that_serves_nowhere_can_be_revoked(engine, promote, withdraw):
    promote(1)
    withdraw(1)

    assert read_aliases(engine, "churn").versions == {}
    with pytest.raises(NotApproved, match="no approval to revoke"):
        withdraw(1)
    with pytest.raises(NotApproved, match="revoked by grace"):
        promote(1)


def test_a_deployment_goes_when_nobody_serves_it(engine, deploy, withdraw):
    deploy("web")
    heartbeat(engine, "w1", {"web": 1})
    with pytest.raises(DeploymentError, match="being served"):
        delete_deployment(engine, "web", "ada")
    remove_worker(engine, "w1")
    delete_deployment(engine, "web", "ada")

    assert list_deployments(engine) == []
    assert audit.entries(engine, limit=1)[0].detail["route"]["stable"] == 1
    withdraw(1)


def test_the_deed_is_kept_with_every_route(engine, promote, deploy):
    promote(1)
    deploy("web")
    promote(2)

    newest = audit.entries(engine, limit=2)
    assert [(e.action, e.subject) for e in newest] == [
        ("promote", "churn"),
        ("route.promote", "web"),
    ]
    assert audit.verify(engine).broken_at is None


def test_a_deployment_that_no_longer_follows_leaves_the_champion(engine, promote, deploy):
    promote(1)
    seen = deploy("web")
    pinned = Deployment(name="web", model_version_id="churn/2")
    wanted = dataclasses.replace(seen, stable=2, previous=1)
    change_deployment(engine, pinned, "ada", expected=seen, desired=wanted, trusted=own_trusted())

    assert read_route(engine, "web") == dataclasses.replace(wanted, epoch=2)
    assert read_aliases(engine, "churn").versions == {"champion": 1}


def test_a_deployment_that_begins_to_follow_moves_nobody_else(engine, promote, deploy):
    promote(1)
    promote(2)
    seen = deploy("old", "churn/1")
    following = Deployment(name="old", model_version_id="churn")
    wanted = dataclasses.replace(seen, stable=2, previous=1)
    change_deployment(
        engine, following, "ada", expected=seen, desired=wanted, trusted=own_trusted()
    )

    assert read_route(engine, "old").stable == 2
    assert read_aliases(engine, "churn") == Aliases("churn", 2, {"champion": 2, "rollback": 1})


def test_a_deployment_changes_with_its_route_or_not_at_all(engine, promote, deploy):
    promote(1)
    seen = deploy("web")
    before = read_deployment(engine, "web")
    asked = Deployment(name="web", model_version_id="churn/9")
    wanted = dataclasses.replace(seen, stable=9)

    with pytest.raises(NotApproved):
        change_deployment(
            engine, asked, "ada", expected=seen, desired=wanted, trusted=own_trusted()
        )
    assert read_deployment(engine, "web") == before
