import re
import time

import pytest
from sqlalchemy import select

from automl_magic.errors import DeploymentError
from automl_magic.store import audit
from automl_magic.store.engine import write_transaction
from automl_magic.store.keys import (
    create_key,
    has_any_key,
    list_keys,
    load_valid_keys,
    revoke_key,
    sha256_of,
)
from automl_magic.store.tables import api_keys


def test_a_key_opens_what_it_was_made_for(engine):
    key_id, secret = create_key(engine, "web", ["churn"], requests_per_s=20.0, actor="ada")

    found = load_valid_keys(engine)[sha256_of(secret)]
    assert (found.id, found.name, found.requests_per_s) == (key_id, "web", 20.0)
    assert found.allows("churn")
    assert not found.allows("fraud")
    assert re.fullmatch(rf"amk_{key_id}_[A-Za-z0-9_-]{{43}}", secret)


def test_a_key_without_deployments_opens_all(engine):
    create_key(engine, "all", actor="ada")

    assert list_keys(engine)[0].allows("anything")


def test_the_secret_is_kept_nowhere(engine):
    _, secret = create_key(engine, "web", actor="ada")

    with write_transaction(engine) as connection:
        everything = [
            str(row)
            for table in (api_keys, audit.audit)
            for row in connection.execute(select(table))
        ]
    assert len(everything) == 2
    assert not any(secret[-20:] in row for row in everything)


def test_a_revoked_key_opens_nothing(engine):
    key_id, _ = create_key(engine, "web", actor="ada")
    _, other = create_key(engine, "app", actor="ada")

    assert revoke_key(engine, key_id, actor="grace").revoked_at is not None
    assert load_valid_keys(engine).keys() == {sha256_of(other)}
    assert [(e.actor, e.action) for e in audit.entries(engine)] == [
        ("grace", "key.revoke"),
        ("ada", "key.create"),
        ("ada", "key.create"),
    ]


def test_revoking_twice_keeps_the_first_time(engine):
    key_id, secret = create_key(engine, "web", actor="ada")
    first = revoke_key(engine, key_id, actor="ada")

    assert revoke_key(engine, secret, actor="ada") == first
    assert audit.verify(engine).n_entries == 2


def test_a_key_ends_when_it_expires(engine):
    _, late = create_key(engine, "late", expires_at=time.time() + 1000, actor="ada")
    create_key(engine, "early", expires_at=time.time() - 1, actor="ada")

    assert load_valid_keys(engine).keys() == {sha256_of(late)}
    assert len(list_keys(engine)) == 2


def test_a_key_that_is_not_there_is_said_with_a_near_miss(engine):
    with pytest.raises(DeploymentError, match="There are no keys"):
        revoke_key(engine, "abc", actor="ada")
    key_id, _ = create_key(engine, "web", actor="ada")
    with pytest.raises(DeploymentError, match=f"Use {key_id}"):
        revoke_key(engine, key_id[:-1], actor="ada")


def test_the_end_of_the_last_key_does_not_open_the_door(engine):
    assert not has_any_key(engine)
    key_id, _ = create_key(engine, "web", actor="ada")
    revoke_key(engine, key_id, actor="ada")

    assert load_valid_keys(engine) == {}
    assert has_any_key(engine)
