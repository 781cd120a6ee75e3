import dataclasses

import pytest
from sqlalchemy import text

from automl_magic import govern
from automl_magic.errors import (
    NotApproved,
    RouteChanged,
    StoreError,
    TrackingError,
    TrackingUnreachable,
)
from automl_magic.govern import LocalPolicy, PolicyDecision
from automl_magic.register import MemoryRegistry
from automl_magic.store import audit
from automl_magic.store.aliases import read_aliases
from automl_magic.store.approvals import approval_of, check_approved
from automl_magic.store.engine import read_transaction
from automl_magic.store.outbox import MLFLOW_ALIASES, pending
from automl_magic.store.signing import PrivateKey, TrustedKeys, private_key_path, trusted_folder
from automl_magic.workspace import default_workspace


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def own_key():
    return PrivateKey.load_or_make(private_key_path(default_workspace().home))


def test_an_approval_records_author_and_approver(engine, version_of):
    version = version_of(1)
    govern.register(engine, version, actor="ada")
    approval = govern.approve(engine, version, actor="grace", key=own_key())

    output = approval.statement
    assert (output.author, output.approver, output.policy) == ("ada", "grace", "local")
    assert output.manifest_sha256 == version.manifest_sha256
    TrustedKeys.load(trusted_folder(default_workspace().home)).verify(approval)
    assert approval_of(engine, "churn", 1).approval == approval
    with read_transaction(engine) as connection:
        assert check_approved(connection, "churn", 1, trusted=own_trusted()) == approval
    assert [(e.actor, e.action, e.subject) for e in audit.entries(engine)] == [
        ("grace", "approve", "churn/1"),
        ("ada", "register", "churn"),
        ("ada", "register", "churn/1"),
    ]


def test_the_first_user_to_register_a_version_is_its_author(engine, version_of):
    govern.register(engine, version_of(1), actor="ada")
    govern.register(engine, version_of(1), actor="eve")

    assert govern.author_of(engine, "churn", 1) == "ada"
    assert govern.author_of(engine, "churn", 2) == "unknown"


def test_the_newest_registration_is_the_candidate(engine, version_of):
    for number in (1, 2, 1):
        govern.register(engine, version_of(number), actor="ada")

    assert read_aliases(engine, "churn").versions == {"candidate": 1}


def test_a_promotion_needs_an_approval_of_the_same_files(engine, approved):
    other_bytes = dataclasses.replace(approved[0], manifest_sha256="sha256:" + "e" * 64)

    with pytest.raises(NotApproved, match="differ from the approved ones"):
        govern.promote(engine, other_bytes, "champion", actor="eve", trusted=own_trusted())
    change = govern.promote(
        engine, approved[0], "champion", actor="ada", reason="better", trusted=own_trusted()
    )
    assert change.aliases.versions == {"candidate": 3, "champion": 1}
    assert audit.entries(engine, limit=1)[0].detail["reason"] == "better"


def test_a_decision_on_outdated_aliases_is_rejected(engine, approved):
    seen = read_aliases(engine, "churn").epoch
    govern.promote(
        engine, approved[0], "champion", actor="ada", expected_epoch=seen, trusted=own_trusted()
    )

    with pytest.raises(RouteChanged):
        govern.promote(
            engine, approved[1], "champion", actor="eve", expected_epoch=seen, trusted=own_trusted()
        )
    with pytest.raises(RouteChanged):
        govern.roll_back(engine, "churn", actor="eve", expected_epoch=seen, trusted=own_trusted())
    assert read_aliases(engine, "churn").versions["champion"] == 1


def test_a_revoked_version_is_promoted_only_after_a_new_approval(engine, approved):
    govern.revoke(engine, "churn", 2, actor="grace", reason="it leaks", trusted=own_trusted())

    with pytest.raises(NotApproved, match="revoked by grace"):
        govern.promote(engine, approved[1], "champion", actor="ada", trusted=own_trusted())
    govern.approve(engine, approved[1], actor="grace", key=own_key())
    govern.promote(engine, approved[1], "champion", actor="ada", trusted=own_trusted())


def test_a_rollback_restores_the_previous_champion(engine, approved):
    govern.promote(engine, approved[0], "champion", actor="ada", trusted=own_trusted())
    govern.promote(engine, approved[1], "champion", actor="ada", trusted=own_trusted())

    change = govern.roll_back(engine, "churn", actor="ada", reason="errors", trusted=own_trusted())
    assert change.aliases.versions == {"candidate": 3, "champion": 1}


class Broken:
    name = "broken"

    def evaluate(self, action, subject, policy_input, connection):
        connection.execute(text("SELECT * FROM no_such_table"))


class Undecided:
    def evaluate(self, action, subject, policy_input, connection):
        return None


class Truthy:
    def evaluate(self, action, subject, policy_input, connection):
        return PolicyDecision("no", "a text is not a yes", "truthy")


class FourEyes:
    """Authors can't approve their own versions."""

    def evaluate(self, action, subject, policy_input, connection):
        is_own = policy_input.actor == policy_input.author
        return PolicyDecision(
            not is_own, "the author may not approve" if is_own else "", "four-eyes"
        )


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        (Broken(), "The policy failed"),
        (Undecided(), "didn't return a decision"),
        (Truthy(), "a text is not a yes"),
    ],
)
def test_an_error_in_a_policy_is_a_recorded_denial(engine, approved, policy, why):
    before = read_aliases(engine, "churn")
    acts = {
        "approve": lambda: govern.approve(
            engine, approved[0], actor="eve", policy=policy, key=own_key()
        ),
        "revoke": lambda: govern.revoke(
            engine, "churn", 1, actor="eve", reason="", policy=policy, trusted=own_trusted()
        ),
        "promote": lambda: govern.promote(
            engine, approved[0], "champion", actor="eve", policy=policy, trusted=own_trusted()
        ),
        "roll_back": lambda: govern.roll_back(
            engine, "churn", actor="eve", policy=policy, trusted=own_trusted()
        ),
    }
    for name, act in acts.items():
        with pytest.raises(NotApproved, match=why):
            act()
        entry = audit.entries(engine, limit=1)[0]
        assert (entry.actor, entry.action) == ("eve", f"{name}.denied")
        assert why in entry.detail["reason"]
    assert read_aliases(engine, "churn") == before
    assert approval_of(engine, "churn", 1).revoked_at is None
    assert audit.verify(engine).broken_at is None


def test_a_policy_can_require_four_eyes(engine, version_of):
    version = version_of(1)
    govern.register(engine, version, actor="ada")

    with pytest.raises(NotApproved, match="the author may not approve"):
        govern.approve(engine, version, actor="ada", policy=FourEyes(), key=own_key())
    approval = govern.approve(engine, version, actor="grace", policy=FourEyes(), key=own_key())
    assert approval.statement.policy == "four-eyes"


def test_a_promotion_approves_only_in_a_store_in_a_file(engine, version_of):
    if engine.dialect.name == "sqlite":
        approval = govern.approve(
            engine, version_of(1), actor="ada", is_implied=True, key=own_key()
        )
        assert approval.statement.approver == "ada"
        return
    with pytest.raises(NotApproved) as caught:
        govern.approve(engine, version_of(1), actor="ada", is_implied=True, key=own_key())
    assert caught.value.fix == "Approve it: automl approve churn 1"


def test_a_key_that_others_can_read_approves_nothing(engine, version_of):
    govern.approve(engine, version_of(1), actor="ada", key=own_key())
    private_key_path(default_workspace().home).chmod(0o644)

    with pytest.raises(StoreError, match="Others can read"):
        govern.approve(engine, version_of(2), actor="ada", key=own_key())
    assert approval_of(engine, "churn", 2) is None


def test_the_local_policy_has_a_name(engine):
    assert LocalPolicy().name == "local"


class Registry(MemoryRegistry):
    """A registry with a server that can be down."""

    is_down = False

    def __init__(self, versions):
        super().__init__()
        for version in versions:
            self._versions.setdefault(version.name, []).append(version)

    def set_aliases(self, name, aliases):
        if self.is_down:
            raise TrackingError("The server is down.", why="No answer.", fix="Start it.")
        super().set_aliases(name, aliases)

    def aliases(self, name="churn"):
        return {alias: v.version for v in self.versions(name) for alias in v.aliases}


def test_aliases_are_written_to_the_registry(engine, approved):
    registry = Registry(approved)
    govern.promote(engine, approved[0], "champion", actor="ada", trusted=own_trusted())
    govern.promote(engine, approved[1], "champion", actor="ada", trusted=own_trusted())

    assert govern.sync_aliases(engine, registry).synced == ("churn",)
    assert registry.aliases() == {"candidate": 3, "champion": 2, "rollback": 1}
    govern.roll_back(engine, "churn", actor="ada", trusted=own_trusted())
    govern.sync_aliases(engine, registry)
    assert registry.aliases() == {"candidate": 3, "champion": 1}
    assert pending(engine, MLFLOW_ALIASES) == []
    assert govern.sync_aliases(engine, registry) == govern.SyncResult()


def test_failed_alias_updates_are_retried(engine, approved):
    registry = Registry(approved)
    registry.is_down = True
    govern.promote(engine, approved[0], "champion", actor="ada", trusted=own_trusted())

    assert govern.sync_aliases(engine, registry).failed == {"churn": "No answer."}
    (kept, *_) = pending(engine, MLFLOW_ALIASES)
    assert (kept.attempts, kept.error) == (1, "The server is down. No answer.")
    registry.is_down = False
    assert govern.sync_aliases(engine, registry).synced == ("churn",)
    assert registry.aliases()["champion"] == 1


def test_a_failing_model_does_not_block_others(engine, approved, version_of):
    other = version_of(1, "fraud")
    govern.register(engine, other, actor="ada")
    registry = Registry([other])

    delivered = govern.sync_aliases(engine, registry)
    assert delivered.synced == ("fraud",)
    assert list(delivered.failed) == ["churn"]


def test_a_registry_that_does_not_answer_is_asked_once_for_all_models(engine, approved, version_of):
    other = version_of(1, "fraud")
    govern.register(engine, other, actor="ada")
    asked = []

    class Unreachable(Registry):
        def set_aliases(self, name, aliases):
            asked.append(name)
            raise TrackingUnreachable("It's gone.", why="No answer.", fix="Start it.")

    result = govern.sync_aliases(engine, Unreachable([*approved, other]))
    assert result.failed == {"churn": "No answer.", "fraud": "No answer."}
    assert len(asked) == 1
    assert [message.attempts for message in pending(engine, MLFLOW_ALIASES)] == [1] * 4


def test_a_slow_process_does_not_overwrite_newer_aliases(engine, approved):
    """While a process waits for the registry, another one promotes, rolls back and writes."""

    class Slow(Registry):
        def set_aliases(self, name, aliases):
            if not self.is_overtaken:
                self.is_overtaken = True
                govern.roll_back(engine, "churn", actor="ada", trusted=own_trusted())
                govern.sync_aliases(engine, self)
            super().set_aliases(name, aliases)

    registry = Slow(approved)
    registry.is_overtaken = True
    for version in approved[:2]:
        govern.promote(engine, version, "champion", actor="ada", trusted=own_trusted())
    registry.is_overtaken = False
    govern.sync_aliases(engine, registry)

    # The slow process wrote champion 2 and rollback 1 last, and then saw that it was overtaken.
    assert registry.aliases() == {"candidate": 3, "champion": 1}
    assert pending(engine, MLFLOW_ALIASES) == []


def test_only_the_first_served_version_becomes_champion(engine, approved):
    first, second = (approval_of(engine, "churn", number).approval for number in (1, 2))

    change = govern.promote_first(engine, first, actor="ada", trusted=own_trusted())
    again = govern.promote_first(engine, second, actor="eve", trusted=own_trusted())

    assert change.aliases.versions["champion"] == 1
    assert again is None
    assert read_aliases(engine, "churn").versions["champion"] == 1


def test_a_version_revoked_after_staging_is_rejected(engine, approved):
    """An approval must be checked inside the transaction."""
    result = approval_of(engine, "churn", 1).approval
    govern.revoke(engine, "churn", 1, actor="grace", reason="it leaks", trusted=own_trusted())

    with pytest.raises(NotApproved, match="can't be served"):
        govern.promote_first(engine, result, actor="ada", trusted=own_trusted())
    with pytest.raises(NotApproved, match="can't be served"):
        govern.promote(engine, approved[0], "champion", actor="ada", trusted=own_trusted())
    assert "champion" not in read_aliases(engine, "churn").versions
