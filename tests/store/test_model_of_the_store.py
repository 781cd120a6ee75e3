"""The whole store against a model of it that fits on a page."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from automl_magic.errors import DeploymentError, NotApproved
from automl_magic.records.models.approval import Statement
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store import audit, champion
from automl_magic.store.aliases import read_aliases
from automl_magic.store.approvals import approval_of, record_approval
from automl_magic.store.engine import exclusive_transaction, open_engine
from automl_magic.store.route_rows import AuditContext
from automl_magic.store.routes import (
    change_route,
    create_deployment,
    list_deployments,
    read_route,
    roll_back,
)
from automl_magic.store.signing import PrivateKey, TrustedKeys
from automl_magic.workspace import Database

VERSIONS = st.integers(1, 4)
FOLLOWER, PINNED = "web", "old"
REFUSED = (NotApproved, DeploymentError)


class Store(RuleBasedStateMachine):
    """`routes` is what the model believes: deployment → stable, canary, shadow and previous."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="automl-store-")
        home = Path(self.folder.name)
        self.key = PrivateKey.load_or_make(home / "keys" / "governance.pem")
        self.trusted = TrustedKeys.load(home / "keys" / "trusted")
        self.engine = open_engine(Database(f"sqlite:///{home / 'store.db'}"))
        self.approved, self.routes, self.aliases, self.epochs = set(), {}, {}, {}

    def teardown(self):
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    def deed(self, action):
        return AuditContext(action, "ada", self.trusted)

    @rule(version=VERSIONS)
    def approve(self, version):
        statement = Statement(
            model="churn",
            version=version,
            manifest_sha256="sha256:aa",
            author="ada",
            approver="grace",
            policy="local",
            approved_at=datetime.now(UTC),
        )
        with exclusive_transaction(self.engine) as connection:
            record_approval(connection, self.key.sign(statement))
        self.approved.add(version)

    @rule(version=VERSIONS)
    def pin(self, version):
        self.create(PINNED, f"churn/{version}", version)

    @rule()
    def follow(self):
        if "champion" in self.aliases:
            self.create(FOLLOWER, "churn", self.aliases["champion"])

    def create(self, name, serves, stable):
        spec = Deployment(name=name, model_version_id=serves)
        route = Route(deployment=name, model="churn", epoch=1, stable=stable)
        is_possible = name not in self.routes and stable in self.approved
        self.tried(
            is_possible,
            lambda: create_deployment(self.engine, spec, route, "ada", trusted=self.trusted),
        )
        if is_possible:
            self.routes[name] = [stable, None, None, None]

    @rule(version=VERSIONS)
    def promote(self, version):
        def act():
            with exclusive_transaction(self.engine) as connection:
                seen = champion.aliases_in(connection, "churn")
                champion.promote(connection, seen, "champion", version, self.deed("promote"))

        is_possible = version in self.approved
        self.tried(is_possible, act)
        if is_possible:
            self.lead(version)

    @rule()
    def roll_back_model(self):
        def act():
            with exclusive_transaction(self.engine) as connection:
                seen = champion.aliases_in(connection, "churn")
                champion.roll_back_model(connection, seen, self.deed("roll_back"))

        version = self.aliases.get("rollback")
        is_possible = version in self.approved
        self.tried(is_possible, act)
        if is_possible:
            self.lead(version)
            self.aliases.pop("rollback", None)
            if FOLLOWER in self.routes:
                self.routes[FOLLOWER][3] = None

    @rule(version=VERSIONS, name=st.sampled_from([FOLLOWER, PINNED]), role=st.sampled_from("cs"))
    def accompany(self, version, name, role):
        if name not in self.routes:
            return
        place, field = (1, "canary") if role == "c" else (2, "shadow")
        route = self.routes[name]
        is_possible = version in self.approved and version != route[0] and version != route[place]
        seen = read_route(self.engine, name)
        self.tried(
            is_possible,
            lambda: change_route(
                self.engine,
                seen,
                action=field,
                actor="ada",
                trusted=self.trusted,
                **{field: version},
            ),
        )
        if is_possible:
            route[place] = version

    @rule(name=st.sampled_from([FOLLOWER, PINNED]))
    def roll_back_route(self, name):
        if name not in self.routes:
            return
        _, canary, shadow, previous = self.routes[name]
        is_possible = canary is not None or previous in self.approved
        self.tried(
            is_possible,
            lambda: roll_back(self.engine, name, "ada", "", trusted=self.trusted),
        )
        if not is_possible:
            return
        if canary is not None:
            self.routes[name][1] = None
            return
        self.routes[name] = [previous, None, None if shadow == previous else shadow, None]
        if name == FOLLOWER:
            self.aliases["champion"] = previous
            self.aliases.pop("rollback", None)

    @rule(version=VERSIONS)
    def revoke(self, version):
        def act():
            with exclusive_transaction(self.engine) as connection:
                champion.revoke_version(connection, "churn", version, self.deed("revoke"))

        left = self.approved - {version}
        heirs = [self.aliases.get("rollback"), self.routes.get(FOLLOWER, [None] * 4)[3]]
        heir = next((h for h in heirs if h in left), None)
        is_possible = version in self.approved
        for name, route in self.routes.items():
            named = heir if name == FOLLOWER else route[3]
            if route[0] == version and named not in left:
                is_possible = False
        self.tried(is_possible, act)
        if not is_possible:
            return
        self.approved = left
        for name, route in self.routes.items():
            named = heir if name == FOLLOWER else route[3]
            route[1:] = [None if one == version else one for one in route[1:]]
            if route[0] == version:
                canary, shadow = (None if one == named else one for one in route[1:3])
                self.routes[name] = [named, canary, shadow, None]
        was_champion = self.aliases.get("champion") == version
        for alias in ("champion", "rollback"):
            if self.aliases.get(alias) == version:
                del self.aliases[alias]
        if was_champion and heir is not None:
            self.aliases = {"champion": heir}

    def lead(self, version):
        before = self.aliases.get("champion")
        if before not in (None, version):
            self.aliases["rollback"] = before
        self.aliases["champion"] = version
        if FOLLOWER in self.routes:
            stable, _, shadow, previous = self.routes[FOLLOWER]
            self.routes[FOLLOWER] = [
                version,
                None,
                None if shadow == version else shadow,
                previous if stable == version else stable,
            ]

    def tried(self, is_possible, act):
        if is_possible:
            act()
            return
        n_entries = audit.verify(self.engine).n_entries
        with pytest.raises(REFUSED):
            act()
        assert audit.verify(self.engine).n_entries == n_entries

    @invariant()
    def the_store_is_what_the_model_believes(self):
        found = {
            route.deployment: [route.stable, route.canary, route.shadow, route.previous]
            for _, route in list_deployments(self.engine)
        }
        assert found == self.routes
        assert dict(read_aliases(self.engine, "churn").versions) == self.aliases
        holds = {
            version
            for version in range(1, 5)
            if (one := approval_of(self.engine, "churn", version)) and one.revoked_at is None
        }
        assert holds == self.approved
        assert {v for route in found.values() for v in route[:3] if v} <= self.approved

    @invariant()
    def epochs_only_rise_and_the_log_is_whole(self):
        for _, route in list_deployments(self.engine):
            assert route.epoch >= self.epochs.get(route.deployment, 1)
            self.epochs[route.deployment] = route.epoch
        assert audit.verify(self.engine).broken_at is None


class TestStore(Store.TestCase):
    settings = settings(
        max_examples=8, stateful_step_count=25, suppress_health_check=list(HealthCheck)
    )


@pytest.mark.long
@pytest.mark.timeout(1800)
class TestStoreAtLength(Store.TestCase):
    settings = settings(
        max_examples=60, stateful_step_count=40, suppress_health_check=list(HealthCheck)
    )
