"""Concurrent decisions: exactly one succeeds, none is lost, no revoked version is promoted.

In each round every thread waits for the others and then does its deed on what all of them read.
"""

import random
import threading
from collections import Counter
from pathlib import Path

import pytest

from automl_magic import govern
from automl_magic.errors import DeploymentError, NotApproved, RouteChanged
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.register import MlflowRegistry
from automl_magic.store import audit
from automl_magic.store.aliases import aliases_in, read_aliases
from automl_magic.store.approvals import approval_of, check_approved
from automl_magic.store.engine import read_transaction
from automl_magic.store.outbox import MLFLOW_ALIASES, pending
from automl_magic.store.route_rows import deployments_of
from automl_magic.store.routes import create_deployment
from automl_magic.store.signing import PrivateKey, TrustedKeys, private_key_path, trusted_folder
from automl_magic.workspace import default_workspace
from automl_magic.workspace.workspace import Tracking

MOVES = ("promote", "roll_back")


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def own_key():
    return PrivateKey.load_or_make(private_key_path(default_workspace().home))


def storm(engine, versions, n_threads, n_rounds):
    """Promote, roll back and revoke in parallel threads. Check the invariants after each round."""
    govern.promote(engine, versions[0], "champion", actor="ada", trusted=own_trusted())
    for name, serves in (("web", "churn"), ("app", "churn@champion")):
        spec = Deployment(name=name, model_version_id=serves)
        route = Route(deployment=name, model="churn", epoch=1, stable=1)
        create_deployment(engine, spec, route, "ada", trusted=own_trusted())
    n_won = Counter()
    for number in range(n_rounds):
        chance = random.Random(number)
        seen = read_aliases(engine, "churn")
        deeds = [deed(chance, seen, versions) for _ in range(n_threads)]
        outcomes = all_at_once(engine, seen, deeds)
        won = [kind for (kind, _), outcome in zip(deeds, outcomes, strict=True) if outcome == "won"]
        change = [kind for kind in won if kind in MOVES]
        epoch = read_aliases(engine, "churn").epoch
        # A revocation has no expected epoch, so it can succeed next to another change.
        assert len(change) <= 1
        if "revoke" not in won:
            assert len(change) == 1
            assert epoch == seen.epoch + 1
        check(engine)
        n_won.update(won)
        for version in versions:  # so the next round can promote them again
            if approval_of(engine, "churn", version.version).revoked_at is not None:
                govern.approve(engine, version, actor="grace", key=own_key())
    return n_won


def deed(chance, seen, versions):
    champion = seen.versions["champion"]
    kind = chance.choices(("promote", "roll_back", "revoke"), (8, 4, 1))[0]
    if kind == "roll_back" and "rollback" not in seen.versions:
        kind = "promote"
    others = [v for v in versions if kind == "revoke" or v.version != champion]
    return kind, chance.choice(others)


def all_at_once(engine, seen, deeds):
    outcomes = [None] * len(deeds)
    barrier = threading.Barrier(len(deeds))

    def run(i, kind, version):
        barrier.wait()
        try:
            if kind == "promote":
                govern.promote(
                    engine,
                    version,
                    "champion",
                    actor="ada",
                    expected_epoch=seen.epoch,
                    trusted=own_trusted(),
                )
            elif kind == "roll_back":
                govern.roll_back(
                    engine, "churn", actor="ada", expected_epoch=seen.epoch, trusted=own_trusted()
                )
            else:
                govern.revoke(
                    engine,
                    "churn",
                    version.version,
                    actor="grace",
                    reason="a leak",
                    trusted=own_trusted(),
                )
            outcomes[i] = "won"
        except (RouteChanged, NotApproved, DeploymentError) as error:
            outcomes[i] = type(error).__name__
        except Exception as error:  # reported as the result of the round
            outcomes[i] = repr(error)

    threads = [threading.Thread(target=run, args=(i, *one)) for i, one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(outcomes) <= {"won", "RouteChanged", "NotApproved", "DeploymentError"}
    return outcomes


def check(engine):
    """Check the invariants: served versions are approved and match their alias."""
    with read_transaction(engine) as connection:
        champion = aliases_in(connection, "churn").versions["champion"]
        check_approved(connection, "churn", champion, trusted=own_trusted())
        for _, route in deployments_of(connection, "churn"):
            assert route.stable == champion
            for version in route.versions:
                check_approved(connection, "churn", version, trusted=own_trusted())


def check_history(engine):
    """Replay the audit log: no promotion of revoked versions, no duplicate epochs."""
    approved, epochs = set(), Counter()
    for entry in reversed(audit.entries(engine, limit=1_000_000)):
        if entry.action == "approve":
            approved.add(entry.subject)
        elif entry.action == "revoke" and "/" in entry.subject:
            approved.discard(entry.subject)
        elif entry.subject == "churn" and entry.action in MOVES:
            assert f"churn/{entry.detail['to']['champion']}" in approved
        elif entry.action.startswith("route."):
            assert f"churn/{entry.detail['to']['stable']}" in approved
            epochs[entry.subject, entry.detail["to"]["epoch"]] += 1
    assert set(epochs.values()) == {1}
    assert audit.verify(engine).broken_at is None


def test_of_concurrent_decisions_one_succeeds(engine, approved):
    n_won = storm(engine, approved, n_threads=10, n_rounds=6)

    assert n_won["promote"] >= 1
    check_history(engine)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_storm_of_decisions_loses_nothing(engine, approved, version_of):
    versions = [*approved, *(version_of(number) for number in (4, 5))]
    for version in versions[3:]:
        govern.approve(engine, version, actor="grace", key=own_key())
    n_won = storm(engine, versions, n_threads=50, n_rounds=200)

    assert all(n_won[kind] for kind in (*MOVES, "revoke"))
    check_history(engine)


def test_mlflow_has_the_stores_aliases_after_a_storm(file_engine, registered):
    registry, versions = registered
    for version in versions:
        govern.approve(file_engine, version, actor="grace", key=own_key())
    storm(file_engine, versions, n_threads=6, n_rounds=4)
    deliverers = [
        threading.Thread(
            target=govern.sync_aliases,
            args=(file_engine, MlflowRegistry(Tracking(registry, Path("/nobody")))),
        )
        for _ in range(2)
    ]
    for thread in deliverers:
        thread.start()
    for thread in deliverers:
        thread.join()

    result = MlflowRegistry(Tracking(registry, Path("/nobody"))).versions("churn")
    meant = {alias: v.version for v in result for alias in v.aliases}
    assert meant == {"candidate": 3, **read_aliases(file_engine, "churn").versions}
    assert pending(file_engine, MLFLOW_ALIASES) == []
