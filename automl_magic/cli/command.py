"""The `automl` command: its verbs, each in a module that is loaded when it is used."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import click

from automl_magic.cli.door import Answer

VERBS = {
    "demo": "The whole journey on real data, and how to look at it.",
    "wizard": "Find a model step by step, without writing code.",
    "plan": "Write the experiment file and the notebooks; run nothing.",
    "run": "Run a plan or a notebook.",
    "fit": "Plan, then run.",
    "leaderboard": "The trials of a run, best first.",
    "why": "Why a run did what it did.",
    "explain": "What moves a model, how honest it is, whom it treats how.",
    "report": "The explanation of a model as one HTML file.",
    "notebook": "Write a run's model as a notebook that stands alone.",
    "rerun": "Repeat a run, and say whether the numbers are the same.",
    "diff": "What changed between two runs: in words, then the code.",
    "predict": "Predict the rows of a table.",
    "stream": "Predict the messages of a topic of Kafka.",
    "register": "Make a run's model a version in the registry.",
    "models": "The registered models and their versions.",
    "approve": "Let a version of a model serve.",
    "revoke": "Take an approval back.",
    "promote": "Give a version of a model an alias.",
    "rollback": "Return to the champion before.",
    "serve": "Answer requests with a registered model.",
    "deployments": "What serves, and which versions answer there.",
    "route": "Which versions answer in a deployment; change it.",
    "key": "The API keys that open deployments.",
    "audit": "Who did what, and whether the log of it is whole.",
    "runs": "The newest runs.",
    "stop": "End a run that goes on in another process.",
    "monitor": "What has moved since the release, and how right it still is.",
    "alerts": "What is wrong with the deployments now.",
    "retrain": "A challenger for a deployment, compared with its champion.",
    "app": "Open a dashboard in the browser.",
    "lab": "JupyterLab with everything in it.",
    "version": "The versions of automl-magic and of what it stands on.",
}


WORKSPACE_HELP = "Act in a configured workspace; before or after the verb."


class Verbs(click.Group):
    """A group that knows its verbs by name and loads a module when its verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(
            importlib.import_module(f"automl_magic.cli.verbs.{cmd_name}"), cmd_name
        )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click looks for near misses among loaded commands, and ours are not loaded.
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=list(VERBS), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--workspace", metavar="NAME", help=WORKSPACE_HELP)
@click.pass_context
def automl(ctx: click.Context, workspace: str | None) -> None:
    """From a table and a target to notebooks that you can read, repeat and keep.

    Start with `automl demo`, or with your own table: `automl fit DATA --target COLUMN`.
    """
    if workspace is not None:
        ctx.obj.choose(workspace)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def verb(function: Callable[..., Answer]) -> click.Command:
    """Make a command of a function that takes the door and the options and returns an answer.

    The command has `--json` and `--workspace`; its name is the function's, its help the docstring.
    """

    @click.pass_context
    @functools.wraps(function)
    def command(
        ctx: click.Context, /, *, as_json: bool, act_in: str | None, **options: Any
    ) -> Answer:
        if act_in is not None:
            ctx.obj.choose(act_in)
        answer = function(ctx.obj, **options)
        ctx.obj.show(answer, as_json=as_json)
        if answer.server is not None:
            ctx.obj.keep(answer.server)
        return answer

    name = function.__name__.strip("_")
    as_json = click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON document.",
    )
    # Said once, in the help of `automl`, and understood in both places.
    act_in = click.option("--workspace", "act_in", metavar="NAME", hidden=True, help=WORKSPACE_HELP)
    return click.command(name, short_help=VERBS[name])(as_json(act_in(command)))
