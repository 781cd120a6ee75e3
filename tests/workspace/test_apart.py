"""Two teams at work in one process, in a thread each: nothing of one is seen in the other."""

import hashlib
import json
import random
import shutil
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from automl_magic import flow
from automl_magic.errors import StoreError
from automl_magic.flow import alerting, governance, serving
from automl_magic.monitor.alerts import event_observation, record_observation
from automl_magic.records import Artifact, Manifest, RunStatus, dumps
from automl_magic.records.models.deployment import Role
from automl_magic.records.models.model import CHAMPION, ROLLBACK
from automl_magic.records.monitoring.alert import AlertKind, MonitorSpec
from automl_magic.runs.backends import run_store
from automl_magic.store.aliases import read_aliases
from automl_magic.store.engine import exclusive_transaction, open_engine, read_transaction
from automl_magic.store.locks import EXCLUSIVE
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.store.predictions import Outcome, Prediction, add_outcomes, insert_predictions
from automl_magic.store.predictions import read_window as logged
from automl_magic.store.tables import metadata, models, predictions
from automl_magic.track import MlflowTracker
from automl_magic.wizard.answers import Answers
from automl_magic.wizard.drafts import Drafts
from automl_magic.workspace import Database, Workspace
from automl_magic.workspace.workspace import (
    Tracking,
    default_predictions,
    default_store,
    default_tracking_uri,
)

MODEL = "churn"
PEOPLE = {"team-a": "alice-of-a", "team-b": "bob-of-b"}


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """An empty MLflow: to make one takes seconds."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    MlflowTracker(Tracking(f"sqlite:///{path}", path.parent)).prepare()
    return path


@pytest.fixture
def schemas(postgres):
    """A database with a schema and a role for each team; a call gives the team's `Database`."""
    import psycopg

    url = postgres()
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for team in PEOPLE:
            role = f"{name}_{team.replace('-', '_')}"
            connection.execute(f"CREATE ROLE {role} LOGIN")
            connection.execute(f"CREATE SCHEMA {role} AUTHORIZATION {role}")

    def database(team, role=None):
        schema = f"{name}_{team.replace('-', '_')}"
        user = "automl" if role == "owner" else f"{name}_{(role or team).replace('-', '_')}"
        return Database(url.replace("automl@", f"{user}@"), schema)

    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def teams(request, tmp_path, migrated):
    """A workspace of each team."""
    schemas = request.getfixturevalue("schemas") if request.param == "postgresql" else None
    workspaces = []
    for name, actor in PEOPLE.items():
        home = tmp_path / name
        home.mkdir()
        shutil.copyfile(migrated, home / "mlflow.db")
        database = schemas(name) if schemas else default_store(home)
        workspaces.append(
            Workspace(
                name=name,
                actor=actor,
                home=home,
                store=database,
                predictions=database if schemas else default_predictions(database),
                tracking_uri=default_tracking_uri(home),
            )
        )
    yield workspaces
    for workspace_ in workspaces:
        store_engine(workspace_).dispose()
        predictions_engine(workspace_).dispose()


class Person:
    """Somebody who does this and that in a workspace, and leaves a mark wherever it is possible."""

    def __init__(self, workspace, seed):
        self.here, self.random = workspace, random.Random(seed)
        self.mark = f"mark-of-{workspace.name}"
        self.n_done = 0
        self.runs, self.reasons, self.ids, self.keys = [], [], [], []
        self.alerts = self.silences = 0
        self.n_versions, self.approved, self.error = 0, set(), None

    def work(self, n, barrier):
        try:
            barrier.wait()
            # The first three make that there is something to decide about.
            for step in (self.register, self.approve, self.deploy):
                step()
            for _ in range(n - 3):
                self.random.choice(self.possible())()
                self.n_done += 1
        except BaseException as error:  # a thread's error would be seen by nobody
            self.error = error
            raise

    def possible(self):
        steps = [self.run, self.predict, self.alert, self.key, self.draft, self.look]
        aliases, route = self.aliases(), serving.get_deployment(MODEL, workspace=self.here).route
        other_versions = self.approved - {route.stable}
        steps += [self.register] if self.n_versions < 6 else []
        steps += [self.approve] if self.n_versions > len(self.approved) else []
        steps += [self.promote] if self.approved - {aliases.get(CHAMPION)} else []
        steps += [self.roll_back] if ROLLBACK in aliases else []
        steps += (
            [self.canary]
            if other_versions and route.canary is None and route.shadow is None
            else []
        )
        steps += [self.stop] if route.canary or route.shadow else []
        return steps + ([self.silence] if self.alerts else [])

    def aliases(self):
        return read_aliases(store_engine(self.here), MODEL).versions

    def reason(self):
        self.reasons.append(f"{self.mark} reason {len(self.reasons)}")
        return self.reasons[-1]

    def register(self):
        run = self.run()
        version = flow.register(run.run_id, MODEL, workspace=self.here)
        self.n_versions += 1
        assert version.version == self.n_versions

    def approve(self):
        version = min(set(range(1, self.n_versions + 1)) - self.approved)
        statement = governance.approve(MODEL, version, workspace=self.here).statement
        assert statement.approver == self.here.actor
        self.approved.add(version)

    def deploy(self):
        serving.deploy(MODEL, workspace=self.here)

    def promote(self):
        version = self.random.choice(sorted(self.approved - {self.aliases().get(CHAMPION)}))
        governance.promote(MODEL, version, CHAMPION, self.reason(), workspace=self.here)
        assert self.aliases()[CHAMPION] == version

    def roll_back(self):
        governance.roll_back(MODEL, self.reason(), workspace=self.here)

    def canary(self):
        stable = serving.get_deployment(MODEL, workspace=self.here).route.stable
        version = self.random.choice(sorted(self.approved - {stable}))
        if self.random.random() < 0.5:
            serving.canary(MODEL, version, 10.0, self.reason(), workspace=self.here)
        else:
            serving.shadow(MODEL, version, self.reason(), workspace=self.here)

    def stop(self):
        serving.stop(MODEL, self.reason(), workspace=self.here)

    def run(self):
        """Write a search that has succeeded, as its supervisor would."""
        runs_store = run_store(self.here)
        run = runs_store.create(kind="search", notebook=f"/{self.mark}/search.ipynb")
        model = Path(run.folder) / "model"
        model.mkdir(parents=True)
        files = []
        for name, content in self.model_files(run).items():
            path = Path(run.folder) / name
            path.write_bytes(content)
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            files.append(Artifact(path=name, size_bytes=len(content), sha256=digest))
        for status in (RunStatus.STAGING, RunStatus.RUNNING, RunStatus.COMMITTING):
            run = runs_store.advance(run.run_id, run.token, status)
        run = runs_store.advance(run.run_id, run.token, RunStatus.SUCCEEDED, artifacts=tuple(files))
        self.runs.append(run.run_id)
        assert flow.find_run("last", workspace=self.here).run_id == run.run_id
        return run

    def model_files(self, run):
        recipe = json.dumps({"run": run.run_id, "of": self.mark}).encode()
        listed = Artifact(
            path="recipe.json",
            size_bytes=len(recipe),
            sha256=f"sha256:{hashlib.sha256(recipe).hexdigest()}",
        )
        manifest = dumps(Manifest(files=(listed,)).to_json()).encode()
        return {"model/recipe.json": recipe, "model/manifest.json": manifest}

    def predict(self):
        prediction_id = f"{len(self.ids):032x}"  # the same ids in both workspaces
        row = Prediction(
            id=prediction_id,
            deployment=MODEL,
            model=MODEL,
            version=1,
            role=Role.STABLE,
            epoch=1,
            at=time.time(),
            features={"note": self.mark},
            prediction="yes",
            probabilities=[0.1, 0.9],
            latency_ms=1.0,
        )
        insert_predictions(predictions_engine(self.here), [row])
        outcome = Outcome(prediction_id=prediction_id, outcome=self.mark, at=time.time())
        add_outcomes(predictions_engine(self.here), [outcome])
        self.ids.append(prediction_id)

    def alert(self):
        observation = event_observation(
            MODEL, AlertKind.MONITOR_FAILED, "monitor", self.mark, at=time.time()
        )
        record_observation(
            store_engine(self.here), MonitorSpec(name=MODEL), observation, now=time.time()
        )
        alert_list = alerting.alerts(MODEL, workspace=self.here)
        assert {alert.summary for alert in alert_list.alerts} <= {self.mark}
        self.alerts += 1

    def silence(self):
        alerting.silence(MODEL, 60.0, self.mark, workspace=self.here)
        self.silences += 1

    def key(self):
        if self.keys and self.random.random() < 0.3:
            governance.revoke_key(self.keys[-1], workspace=self.here)
        else:
            self.keys.append(governance.create_key(self.mark, workspace=self.here)[0])

    def draft(self):
        drafts = Drafts(Path("/the/same/folder"), self.here.home)
        assert drafts.load() in (None, Answers(source=self.mark))
        drafts.save(Answers(source=self.mark))

    def look(self):
        """Whatever can be seen here is one's own."""
        assert {run.run_id for run in flow.runs(1000, workspace=self.here)} == set(self.runs)
        (versions,) = flow.models(workspace=self.here).values()
        assert len(versions) == self.n_versions
        assert {version.run_id for version in versions} <= set(self.runs)
        entries = governance.audit_entries(limit=10_000, workspace=self.here)
        assert {entry.actor for entry in entries} == {self.here.actor}
        reasons = [str(entry.detail["reason"]) for entry in entries if entry.detail.get("reason")]
        assert set(reasons) - {"first served version", ""} <= {*self.reasons, self.mark}
        assert governance.verify_audit_log(workspace=self.here).broken_at is None
        assert {key.id for key in governance.api_keys(workspace=self.here)} == set(self.keys)
        rows = logged(predictions_engine(self.here), MODEL, 0.0, time.time() + 1)
        assert [row.id for row in rows] == self.ids
        assert {row.outcome for row in rows} <= {self.mark}
        assert len(alerting.alerts(workspace=self.here).silences) <= self.silences


def work_side_by_side(teams, n):
    people = [Person(workspace, seed) for seed, workspace in enumerate(teams)]
    barrier = threading.Barrier(len(people))
    threads = [threading.Thread(target=person.work, args=(n, barrier)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in people:
        assert person.error is None
        assert person.n_done == n - 3
    return people


def everything_in(workspace):
    """Yield every row of its databases, and every byte below its home."""
    for engine in (store_engine(workspace), predictions_engine(workspace)):
        with read_transaction(engine) as connection:
            for table in metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    yield str(tuple(row)).encode()
    for path in workspace.home.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def check_apart(people):
    first, second = people
    for mine, theirs in ((first, second), (second, first)):
        mine.look()
        contents = list(everything_in(mine.here))
        assert any(mine.mark.encode() in part for part in contents)
        for word in (theirs.mark, theirs.here.actor, theirs.here.name):
            assert not any(word.encode() in part for part in contents)


def test_what_two_teams_do_at_once_stays_apart(teams):
    check_apart(work_side_by_side(teams, 20))


@pytest.mark.long
def test_two_hundred_things_that_two_teams_do_at_once_stay_apart(teams):
    check_apart(work_side_by_side(teams, 200))


def test_a_role_reads_nothing_of_another_teams_schema(schemas):
    for team in PEOPLE:
        open_engine(schemas(team)).dispose()

    intruder = open_engine_of(schemas("team-b", role="team-a"))
    with pytest.raises(StoreError, match="has no schema for its tables"):
        open_engine(schemas("team-b", role="team-a"))
    with intruder, pytest.raises(Exception, match="permission denied for schema"):
        intruder.execute(f"SELECT * FROM {schemas('team-b').schema}.audit")


def open_engine_of(database):
    import psycopg

    return psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True)


def test_a_role_that_sees_both_schemas_still_works_in_one(schemas):
    """Isolation by the schema alone: nothing is found that lies behind it in the search path."""
    a, b = (open_engine(schemas(team, role="owner")) for team in PEOPLE)
    with exclusive_transaction(a) as connection:
        connection.execute(models.insert().values(name="only in a", epoch=1))

    with read_transaction(b) as connection:
        assert connection.execute(select(models.c.name)).all() == []
    a.dispose()
    b.dispose()


def test_a_transaction_of_one_team_never_waits_for_another_teams(schemas):
    a, b = (open_engine(schemas(team)) for team in PEOPLE)
    try_exclusive = select(
        func.pg_try_advisory_xact_lock(EXCLUSIVE, func.hashtext(func.current_schema()))
    )
    with (
        exclusive_transaction(a),
        exclusive_transaction(b) as connection,
    ):  # with one lock for both this would wait for ever
        connection.execute(models.insert().values(name=MODEL, epoch=1))
    with exclusive_transaction(a):
        with read_transaction(open_engine(schemas("team-a"))) as beside_it:
            assert beside_it.execute(try_exclusive).scalar() is False
        with read_transaction(b) as beside_it:
            assert beside_it.execute(try_exclusive).scalar() is True
    a.dispose()
    b.dispose()


def test_a_store_that_lies_behind_the_own_schema_is_not_taken_for_the_own(postgres):
    """The search path of PostgreSQL's default: the role's schema first, then `public`."""
    import psycopg

    url = postgres()
    open_engine(Database(url)).dispose()
    name = url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name}_c LOGIN")
        connection.execute(f"CREATE SCHEMA {name}_c AUTHORIZATION {name}_c")

    own = open_engine(Database(url.replace("automl@", f"{name}_c@")))

    with exclusive_transaction(own) as connection:
        connection.execute(models.insert().values(name="mine", epoch=1))
        assert connection.execute(select(models.c.name)).all() == [("mine",)]
    with read_transaction(open_engine(Database(url))) as connection:
        assert connection.execute(select(models.c.name)).all() == []
        assert connection.execute(select(predictions.c.id)).all() == []


def test_a_schema_that_is_not_there_is_said(postgres):
    with pytest.raises(StoreError, match="has no schema for its tables") as caught:
        open_engine(Database(postgres(), "nowhere"))
    assert "CREATE SCHEMA" in caught.value.fix
