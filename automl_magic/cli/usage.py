"""Usage errors in the same three lines as any other error: what, why and what to type."""

from __future__ import annotations

import re
from typing import Self

import click

from automl_magic.cli.command import COMMANDS
from automl_magic.errors import AutomlMagicError, closest_match


class BadUsage(AutomlMagicError):
    """The command line has a command, an option or a value that doesn't exist."""

    @classmethod
    def of(cls, error: click.UsageError) -> Self:
        """Convert click's error. The fix suggests the closest match if there is one."""
        typed = error.ctx.command_path if error.ctx else "automl"
        see_help = f"See the help: {typed} --help"
        match error:
            case click.exceptions.NoSuchCommand():
                match = closest_match(error.command_name, COMMANDS)
                return cls(
                    f"`{typed}` has no command {error.command_name!r}.",
                    why=f"Its commands are {', '.join(COMMANDS)}.",
                    fix=f"Type: {typed} {match}" if match else see_help,
                )
            case click.NoSuchOption():
                options = [] if error.ctx is None else _options(error.ctx)
                match = closest_match(error.option_name, options)
                return cls(
                    f"`{typed}` has no option {error.option_name!r}.",
                    why=f"Its options are {', '.join(options)}.",
                    fix=f"Use {match}." if match else see_help,
                )
            case click.MissingParameter():
                return cls(
                    f"`{typed}` needs {_parameter_name(error.param)}.",
                    why="It's missing.",
                    fix=f"Type: {_usage(error)}",
                )
            case click.BadParameter():
                return cls(
                    f"{_parameter_name(error.param)} has an invalid value.",
                    why=error.message,
                    fix=_closest_choice(error) or see_help,
                )
            case _:
                return cls("Invalid usage.", why=error.format_message(), fix=see_help)


def _options(ctx: click.Context) -> list[str]:
    parameters = ctx.command.get_params(ctx)
    return [option for p in parameters if isinstance(p, click.Option) for option in p.opts]


def _parameter_name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "A value"
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name.upper()


def _closest_choice(error: click.BadParameter) -> str | None:
    parameter = error.param
    if parameter is None or not isinstance(parameter.type, click.Choice):
        return None
    typed = re.match(r"'(.*?)' is not one of", error.message)
    match = closest_match(typed[1], parameter.type.choices) if typed else None
    return f"Use {match}." if match else None


def _usage(error: click.UsageError) -> str:
    if error.ctx is None:
        return "automl --help"
    pieces = " ".join(error.ctx.command.collect_usage_pieces(error.ctx))
    return f"{error.ctx.command_path} {pieces}"
