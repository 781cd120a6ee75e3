"""The `automl` command and its subcommands, each in a module that is loaded on first use."""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Callable

import click

from automl_magic.cli import commands
from automl_magic.cli.frontend import CommandResult, Frontend
from automl_magic.files.working_directory import check_working_directory

COMMANDS = {
    "demo": "Run the whole workflow on real data.",
    "wizard": "Find a model step by step, without writing code.",
    "plan": "Write an experiment file and notebooks without running them.",
    "run": "Run a plan or a notebook.",
    "fit": "Plan a search and run it.",
    "leaderboard": "List the trials of a run, best first.",
    "why": "Show the reasons for each decision in a run.",
    "explain": "Explain a model: importance, calibration, fairness.",
    "report": "Write the explanation of a model to one HTML file.",
    "notebook": "Export a run's model as a standalone notebook.",
    "rerun": "Repeat a run and check that the metrics are the same.",
    "diff": "Show what changed between two runs.",
    "predict": "Predict the rows of a table.",
    "stream": "Predict messages from a Kafka topic.",
    "register": "Register a run's model as a new version.",
    "models": "List registered models and their versions.",
    "approve": "Approve a model version for serving.",
    "revoke": "Revoke an approval.",
    "promote": "Give a model version an alias.",
    "rollback": "Restore the previous champion.",
    "serve": "Serve registered models over HTTP.",
    "deployments": "List deployments and the versions they serve.",
    "route": "Show or change a deployment's route.",
    "key": "Create, list and revoke API keys.",
    "audit": "Show or verify the audit log.",
    "runs": "List recent runs.",
    "stop": "Stop a run in another process.",
    "monitor": "Check a deployment for drift and lost performance.",
    "alerts": "List, silence and test alerts.",
    "retrain": "Train a challenger and compare it with the champion.",
    "app": "Open a dashboard in the browser.",
    "lab": "Start JupyterLab with automl-magic.",
    "version": "Show the versions of automl-magic and its dependencies.",
}


WORKSPACE_HELP = "Configured workspace to use. Works before or after the command."


class LazyGroup(click.Group):
    """A group that loads the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(
            importlib.import_module(f"{commands.__name__}.{cmd_name}"), cmd_name
        )
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click suggests only loaded commands, and ours aren't loaded yet.
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=list(COMMANDS), ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--workspace", metavar="NAME", help=WORKSPACE_HELP)
@click.pass_context
def automl(ctx: click.Context, workspace: str | None) -> None:
    """Find, explain, serve and monitor models for tables, in notebooks that you can read.

    Start with `automl demo`, or with your own table: `automl fit DATA --target COLUMN`.
    """
    if workspace is not None:
        frontend: Frontend = ctx.obj
        frontend.select_workspace(workspace)
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def subcommand(function: Callable[..., CommandResult]) -> click.Command:
    """Turn a function of a frontend and options that returns an `CommandResult` into a command.

    The command gets `--json` and `--workspace`. It takes its name from the function and its help
    from the docstring.
    """

    @click.pass_context
    @functools.wraps(function)
    def command(
        ctx: click.Context, /, *, as_json: bool, act_in: str | None, **options: object
    ) -> CommandResult:
        check_working_directory()
        frontend: Frontend = ctx.obj
        if act_in is not None:
            frontend.select_workspace(act_in)
        result = function(frontend, **options)
        with contextlib.ExitStack() as undo:
            if result.server is not None:
                # Its processes would outlive a Ctrl-C or a closed pipe.
                undo.callback(result.server.stop)
            frontend.show(result, as_json=as_json)
            if result.server is not None:
                frontend.keep_running(result.server)
            undo.pop_all()
        return result

    name = function.__name__.strip("_")
    as_json = click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the result as one JSON document.",
    )
    # Documented once, in the help of `automl`, but accepted in both places.
    act_in = click.option("--workspace", "act_in", metavar="NAME", hidden=True, help=WORKSPACE_HELP)
    return click.command(name, short_help=COMMANDS[name])(as_json(act_in(command)))
