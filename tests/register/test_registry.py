"""The contract of all registries."""

from pathlib import Path

import pytest

from automl_magic.errors import (
    ArtifactTampered,
    ModelNotFound,
    ModelRefused,
    TrackingError,
    TrackingUnreachable,
)
from automl_magic.register import MemoryRegistry, MlflowRegistry, verified_manifest
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace.workspace import Tracking
from tests.lock_watch import watch_locks


class RegistryContract:
    """The contract of a registry. Subclass it with a `registry` fixture."""

    def prepare(self, run):
        """Prepare a run so that its model can be registered."""

    @pytest.fixture
    def version_of(self, registry, make_run, a_model):
        def register(run_id, name="churn"):
            run = make_run(run_id)
            model = a_model(run, content=run_id.encode())
            self.prepare(run)
            return registry.register(run, model, name)

        return register

    def test_a_version_is_bound_to_its_run_by_digests(self, registry, make_run, a_model):
        run = make_run()
        model = a_model(run)
        self.prepare(run)
        version = registry.register(run, model, "churn")

        digest = verified_manifest(model).digest()
        assert (version.name, version.version, version.run_id) == ("churn", 1, run.run_id)
        assert version.manifest_sha256 == digest
        assert version.aliases == ("candidate",)
        assert version.tags == {
            "automl.run_id": run.run_id,
            "automl.plan_sha256": "sha256:aa",
            "automl.data_fingerprint": "sha256:bb",
            "automl.notebook_sha256": "sha256:cc",
            "automl.env_sha256": "sha256:ee",
            "automl.manifest_sha256": digest,
        }

    def test_the_newest_version_is_the_candidate(self, registry, version_of):
        version_of("run-1")
        version_of("run-2")

        assert [(v.version, v.run_id, v.aliases) for v in registry.versions("churn")] == [
            (2, "run-2", ("candidate",)),
            (1, "run-1", ()),
        ]
        assert registry.get("churn").version == 2
        assert registry.get("churn", "candidate").run_id == "run-2"
        assert registry.get("churn", 1) == registry.get("churn", "1")

    def test_registering_a_run_again_returns_its_version(self, registry, make_run, a_model):
        run = make_run()
        model = a_model(run)
        self.prepare(run)

        assert registry.register(run, model, "churn") == registry.register(run, model, "churn")
        assert len(registry.versions("churn")) == 1
        assert registry.register(run, model, "other").version == 1
        assert registry.names() == ("churn", "other")

    def test_an_alias_resolves_to_its_version(self, registry, version_of):
        version_of("run-1")
        version_of("run-2")
        registry.set_aliases("churn", {"champion": 1})
        registry.set_aliases("churn", {"shadow": 1})
        registry.set_aliases("churn", {"shadow": 2})

        assert registry.get("churn", 1).aliases == ("champion",)
        assert registry.get("churn", 2).aliases == ("candidate", "shadow")
        assert registry.get("churn", "champion").version == 1

    def test_several_aliases_can_be_set_and_deleted_together(self, registry, version_of):
        version_of("run-1")
        version_of("run-2")
        registry.set_aliases("churn", {"champion": 2, "rollback": 1, "shadow": None})
        registry.set_aliases("churn", {"champion": 1, "rollback": None})
        registry.set_aliases("churn", {"champion": 1, "rollback": None})

        assert [v.aliases for v in registry.versions("churn")] == [("candidate",), ("champion",)]

    def test_a_new_registration_leaves_the_champion_in_place(self, registry, version_of):
        version_of("run-1")
        registry.set_aliases("churn", {"champion": 1})
        version_of("run-2")

        assert registry.get("churn", "champion").version == 1
        assert registry.get("churn", "candidate").version == 2

    def test_an_unknown_alias_is_rejected_with_a_suggestion(self, registry, version_of):
        version_of("run-1")

        with pytest.raises(ModelRefused) as caught:
            registry.set_aliases("churn", {"champoin": 1})
        assert caught.value.fix == "Use champion."
        with pytest.raises(ModelNotFound):
            registry.set_aliases("churn", {"champion": 7})
        with pytest.raises(ModelNotFound):
            registry.set_aliases("chrun", {"champion": 1})

    def test_registering_an_older_run_again_makes_it_the_candidate(
        self, registry, make_run, a_model, version_of
    ):
        first = make_run("first")
        model = a_model(first)
        self.prepare(first)
        registry.register(first, model, "churn")
        version_of("second")
        registry.register(first, model, "churn")

        assert registry.get("churn", "candidate").run_id == "first"

    def test_a_file_that_was_changed_is_named(self, registry, make_run, a_model):
        run = make_run()
        model = a_model(run)
        self.prepare(run)
        (model / "members" / "m0.txt").write_bytes(b"evil")

        with pytest.raises(ArtifactTampered, match=r"'members/m0\.txt' has been changed") as caught:
            registry.register(run, model, "churn")
        assert caught.value.fix.endswith("automl rerun RUN")
        assert registry.names() == ()

    @pytest.mark.parametrize(
        ("name", "instead"),
        [
            ("", "model"),
            ("a/b", "a-b"),
            ("a:b", "a-b"),
            ("a@candidate", "a-candidate"),
            ("1", "model-1"),
            ("../up", "up"),
            ("it's", "it-s"),
            ("x" * 121, "x" * 100),
            ("new\nline", "new-line"),
            ("é", "model"),
        ],
    )
    def test_an_invalid_model_name_is_rejected(self, registry, make_run, a_model, name, instead):
        run = make_run()
        with pytest.raises(ModelRefused, match="isn't a valid model name") as caught:
            registry.register(run, a_model(run), name)
        assert caught.value.fix == f"Use --name {instead}"

    def test_an_unknown_name_has_a_suggestion(self, registry, version_of):
        with pytest.raises(ModelNotFound, match="no registered model 'churn'") as caught:
            registry.versions("churn")
        assert caught.value.why == "The registry is empty."
        version_of("run-1")
        with pytest.raises(ModelNotFound) as caught:
            registry.get("chrun")
        assert caught.value.fix == "Use the name churn."

    def test_an_unknown_version_or_alias_has_a_suggestion(self, registry, version_of):
        version_of("run-1")
        with pytest.raises(ModelNotFound, match="no version or alias 'candidat'") as caught:
            registry.get("churn", "candidat")
        assert (caught.value.why, caught.value.fix) == ("It has 1, candidate.", "Use candidate.")
        with pytest.raises(ModelNotFound, match="no version or alias '7'"):
            registry.get("churn", 7)

    def test_the_files_of_a_version_can_be_fetched(self, registry, version_of, tmp_path):
        version = version_of("run-1")
        folder = registry.fetch(version, tmp_path / "here")

        assert (folder / "members" / "m0.txt").read_bytes() == b"run-1"
        assert verified_manifest(folder).digest() == version.manifest_sha256

    @pytest.mark.parametrize("address", ["models:/churn@candidate", "models:/churn/1"])
    def test_local_files_of_an_address_are_not_copied(self, registry, version_of, address):
        version = version_of("run-1")

        assert registry.fetch(address) == self.kept_folder(version)

    @pytest.mark.parametrize("address", ["churn", "models:/churn", "models:/a/b/c", "models:/m-1@"])
    def test_an_invalid_address_is_rejected(self, registry, address):
        with pytest.raises(ModelNotFound, match="isn't the address") as caught:
            registry.fetch(address)
        assert caught.value.fix == "Use an address like models:/NAME@candidate."

    def test_a_version_whose_whole_folder_was_replaced_is_not_fetched(
        self, registry, version_of, make_run, a_model, tmp_path
    ):
        version = version_of("run-1")
        other = a_model(make_run("other"), content=b"evil")
        kept = self.kept_folder(version)
        for path in other.rglob("*"):
            if path.is_file():
                (kept / path.relative_to(other)).write_bytes(path.read_bytes())

        with pytest.raises(ArtifactTampered, match=r"manifest\.json' has been changed"):
            registry.fetch(version, tmp_path / "here")


class TestMemoryRegistry(RegistryContract):
    @pytest.fixture
    def registry(self):
        return MemoryRegistry()

    def kept_folder(self, version):
        return Path(version.uri.removeprefix("file://"))


class TestMlflowRegistry(RegistryContract):
    @pytest.fixture
    def registry(self, database):
        self.tracker = MlflowTracker(Tracking(database, Path("/nobody")))
        return MlflowRegistry(Tracking(database, Path("/nobody")))

    def prepare(self, run):
        sync_tracking([run], self.tracker)

    def kept_folder(self, version):
        from mlflow.tracking import MlflowClient

        client = MlflowClient(self.tracker.tracking.uri, self.tracker.tracking.uri)
        uri = client.get_model_version_download_uri(version.name, str(version.version))
        return Path(uri.removeprefix("file://")) / "data"

    def test_a_run_that_is_not_tracked_is_refused(self, registry, make_run, a_model):
        run = make_run()
        with pytest.raises(TrackingError, match="has no model in the tracking store") as caught:
            registry.register(run, a_model(run), "churn")
        assert caught.value.fix.startswith("Track the run first")

    def test_a_model_that_was_replaced_after_its_run_is_refused(self, registry, make_run, a_model):
        run = make_run()
        a_model(run)
        self.prepare(run)

        with pytest.raises(ArtifactTampered, match="isn't the tracked one"):
            registry.register(run, a_model(run, content=b"another"), "churn")


def test_a_registry_on_a_server_is_asked_under_no_lock(database, make_run, a_model, tmp_path):
    """The tracking store is a file here, which is locked while it's migrated."""
    run = make_run()
    model = a_model(run)
    registry = MlflowRegistry(Tracking(database, tmp_path, "http://127.0.0.1:9"))

    with (
        watch_locks(tmp_path) as watch,
        pytest.raises(TrackingUnreachable, match=r"the model registry http://127\.0\.0\.1:9\."),
    ):
        registry.register(run, model, "churn")
    assert watch.n_requests
    assert watch.under_a_lock == []
