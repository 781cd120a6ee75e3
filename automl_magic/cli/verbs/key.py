"""automl key: the API keys that open deployments."""

from __future__ import annotations

import time

import click

from automl_magic.cli.command import verb
from automl_magic.cli.door import Answer, Door
from automl_magic.cli.types import Duration
from automl_magic.cli.words import keys as words
from automl_magic.flow import governance

CREATE, LIST, REVOKE = "create", "list", "revoke"


@verb
@click.argument("what", type=click.Choice([CREATE, LIST, REVOKE]), metavar="create|list|revoke")
@click.argument("name", required=False, metavar="[NAME|ID]")
@click.option("--deployment", multiple=True, help="create: opens only this one. Repeatable.")
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="create: requests a second.")
@click.option("--expires", type=Duration(), help="create: how long it holds, e.g. 720h.")
def key(
    door: Door,
    /,
    *,
    what: str,
    name: str | None,
    deployment: tuple[str, ...],
    rate: float | None,
    expires: float | None,
) -> Answer:
    """Make, list or end the API keys that servers ask for.

    `automl key create NAME` prints the secret once: only its digest is kept. `automl key revoke ID`
    ends a key within a second. From the first key on, no server answers without one.
    """
    if what == LIST:
        found = governance.keys(workspace=door.workspace)
        return Answer(found, [_plain(one) for one in found], words.keys(found))
    if name is None:
        raise click.UsageError(f"Say which: automl key {what} {'NAME' if what == CREATE else 'ID'}")
    if what == REVOKE:
        ended = governance.revoke_key(name, workspace=door.workspace)
        return Answer(ended, _plain(ended), words.revoked(ended))
    if expires is not None and expires <= 0:
        raise click.UsageError("--expires is a time from now, and has to be above 0.")
    ends_at = None if expires is None else time.time() + expires
    key_id, secret = governance.create_key(
        name, deployment, rate, ends_at, workspace=door.workspace
    )
    return Answer(secret, {"id": key_id, "key": secret}, words.created(key_id, secret, deployment))


def _plain(one: object) -> dict[str, object]:
    return {name: value for name, value in vars(one).items() if name != "sha256"}
