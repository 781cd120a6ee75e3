"""The parent's access to the store. These calls block as long as the store takes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import Engine, select

from automl_magic.records.models.deployment import OnWinner, Route
from automl_magic.records.monitoring.drift import DriftReport
from automl_magic.store.approvals import approval_of
from automl_magic.store.audit import append
from automl_magic.store.engine import exclusive_transaction, open_engine, read_transaction
from automl_magic.store.keys import has_any_key, load_valid_keys
from automl_magic.store.predictions import Prediction, outcomes_since
from automl_magic.store.routes import (
    RouteFields,
    change_route,
    read_deployment,
    read_epochs,
    roll_back,
)
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.store.tables import checks
from automl_magic.workspace import Workspace
from automl_magic_serving.process.ab_test import ABTest, Verdict
from automl_magic_serving.process.channel import WorkerAssignment


class StoreClient:
    """The store of a workspace, for a server of some deployments."""

    def __init__(self, names: Sequence[str], workspace: Workspace) -> None:
        self.names = tuple(names)
        self.home = workspace.home
        self.engine: Engine = open_engine(workspace.store)
        self.predictions: Engine = open_engine(workspace.predictions)

    @property
    def trusted_keys(self) -> TrustedKeys:
        """The keys whose approvals are currently trusted."""
        return TrustedKeys(trusted_folder(self.home))

    def assignments(self, known_epochs: Mapping[str, int]) -> list[WorkerAssignment]:
        """Return targets whose epoch differs from `known_epochs`. One query if none do."""
        epochs = read_epochs(self.engine, self.names)
        for name in self.names:
            if name not in epochs and name not in known_epochs:
                read_deployment(self.engine, name)  # raises with the names that there are
        return [
            self._target(name) for name, epoch in epochs.items() if epoch != known_epochs.get(name)
        ]

    def remove_version(self, route: Route, version: int, actor: str, reason: str) -> Route:
        """Remove a version from a route, and return the new route.

        The canary and the shadow aren't replaced. The stable version is replaced by the previous
        one.

        Raises
        ------
        RouteChanged, DeploymentError, NotApproved
            As `roll_back`.
        """
        fields: RouteFields
        if version == route.shadow:
            fields = {"shadow": None}
        elif version == route.stable and route.canary is not None and route.previous is not None:
            fields = {"stable": route.previous, "previous": None}
        else:
            return self._roll_back(route, actor, reason)
        return self._change(route, "roll_back", actor, reason, fields)

    def outcomes(self, experiment: ABTest) -> list[Prediction]:
        """Return the outcomes of a test's epoch that were reported since the last call."""
        route = experiment.route
        return outcomes_since(self.predictions, route.deployment, route.epoch, experiment.since)

    def apply_verdict(self, experiment: ABTest, actor: str) -> Route:
        """Apply the deployment's `on_winner`: promote the winner, or only record it.

        Returns
        -------
        Route
            The new route, or the same one if the winner was only recorded.

        Raises
        ------
        RouteChanged, NotApproved
            As `change_route`.
        """
        route, reason = experiment.route, experiment.reason()
        if experiment.strategy.on_winner is OnWinner.PROMOTE:
            if experiment.verdict is Verdict.STABLE:
                return self._roll_back(route, actor, reason)
            assert route.canary is not None
            fields: RouteFields = {"stable": route.canary, "canary": None, "percent": 0.0}
            return self._change(route, "promote", actor, reason, fields)
        with exclusive_transaction(self.engine) as connection:
            append(
                connection,
                actor=actor,
                action="ab.decided",
                subject=route.deployment,
                detail={
                    "epoch": route.epoch,
                    "better": route.canary
                    if experiment.verdict is Verdict.CANARY
                    else route.stable,
                    "reason": reason,
                },
            )
        return route

    def keys(self) -> dict[str, object]:
        """Return the valid keys, and whether any key was ever created."""
        keys = [asdict(key) for key in load_valid_keys(self.engine).values()]
        return {"keys": keys, "any_key": has_any_key(self.engine)}

    def checks(self) -> list[dict[str, object]]:
        """Return the newest check of each deployment: time, severity, and PSI by column."""
        newest_checks = []
        with read_transaction(self.engine) as connection:
            for name in self.names:
                query = (
                    select(checks.c.at, checks.c.severity, checks.c.report)
                    .where(checks.c.deployment == name)
                    .order_by(checks.c.window_end.desc())
                    .limit(1)
                )
                row = connection.execute(query).first()
                if row is not None:
                    check = {"deployment": name, "at": row.at, "severity": row.severity}
                    newest_checks.append({**check, "psi": _psi(row.report)})
        return newest_checks

    def _roll_back(self, route: Route, actor: str, reason: str) -> Route:
        return roll_back(
            self.engine, route.deployment, actor, reason, route.epoch, trusted=self.trusted_keys
        )

    def _change(
        self, route: Route, action: str, actor: str, reason: str, fields: RouteFields
    ) -> Route:
        return change_route(
            self.engine,
            route,
            action=action,
            actor=actor,
            reason=reason,
            trusted=self.trusted_keys,
            **fields,
        )

    def _target(self, name: str) -> WorkerAssignment:
        deployment, route = read_deployment(self.engine, name)
        digests, folders = {}, {}
        for version in _versions(route):
            approved = approval_of(self.engine, route.model, version)
            if approved is not None and approved.revoked_at is None:
                statement = approved.approval.statement
                digests[version] = statement.manifest_sha256
                folders[version] = staged_folder(statement, self.home)
        return WorkerAssignment(deployment, route, folders, digests)


def _versions(route: Route) -> tuple[int, ...]:
    return (*route.versions, *(() if route.previous is None else (route.previous,)))


def _psi(report: str) -> dict[str, float]:
    """Return the PSI of each column of a drift report that has one."""
    columns = DriftReport.from_json(json.loads(report)).features
    return {feature.column: feature.psi for feature in columns if feature.psi is not None}
