"""automl key: create, list and revoke API keys."""

from __future__ import annotations

import time

import click

from automl_magic.cli.command import subcommand
from automl_magic.cli.formatters import keys as formatters
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.cli.types import Duration
from automl_magic.flow import governance

CREATE, LIST, REVOKE = "create", "list", "revoke"


@subcommand
@click.argument("action", type=click.Choice([CREATE, LIST, REVOKE]), metavar="create|list|revoke")
@click.argument("name", required=False, metavar="[NAME|ID]")
@click.option(
    "--deployment",
    multiple=True,
    help="create: deployment that the key gives access to. Repeatable.  [default: all]",
)
@click.option(
    "--rate",
    type=click.FloatRange(0, min_open=True),
    help="create: maximum requests per second.",
)
@click.option("--expires", type=Duration(), help="create: lifetime of the key, e.g. 720h.")
def key(
    frontend: Frontend,
    /,
    *,
    action: str,
    name: str | None,
    deployment: tuple[str, ...],
    rate: float | None,
    expires: float | None,
) -> CommandResult:
    """Create, list or revoke API keys for deployments.

    `automl key create NAME` prints the secret once: only its digest is stored. `automl key revoke
    ID` revokes a key within a second. Once a key has been created, servers refuse requests without
    one, except with `automl serve --auth off`.
    """
    if action == LIST:
        api_keys = governance.api_keys(workspace=frontend.workspace)
        return CommandResult(
            api_keys,
            [_public_fields(api_key) for api_key in api_keys],
            formatters.format_keys(api_keys),
        )
    if name is None:
        raise click.UsageError(f"Use automl key {action} {'NAME' if action == CREATE else 'ID'}")
    if action == REVOKE:
        api_key = governance.revoke_key(name, workspace=frontend.workspace)
        return CommandResult(
            api_key, _public_fields(api_key), formatters.format_revoked_key(api_key)
        )
    if expires is not None and expires <= 0:
        raise click.UsageError("--expires must be above 0: it's a time from now.")
    ends_at = None if expires is None else time.time() + expires
    key_id, secret = governance.create_key(
        name, deployment, rate, ends_at, workspace=frontend.workspace
    )
    return CommandResult(
        secret, {"id": key_id, "key": secret}, formatters.format_new_key(key_id, secret, deployment)
    )


def _public_fields(api_key: object) -> dict[str, object]:
    return {name: value for name, value in vars(api_key).items() if name != "sha256"}
