"""Wrong usage in the same three lines as any other error: what, why, and what to type."""

from __future__ import annotations

import re
from typing import Self

import click

from automl_magic.cli.command import VERBS
from automl_magic.errors import AutomlMagicError, near_miss


class BadUsage(AutomlMagicError):
    """The command was typed wrongly: a verb, an option or a value that does not exist."""

    @classmethod
    def of(cls, error: click.UsageError) -> Self:
        """Read click's error. The fix is a near miss where there is one."""
        typed = error.ctx.command_path if error.ctx else "automl"
        read = f"Read `{typed} --help`."
        match error:
            case click.exceptions.NoSuchCommand():
                close = near_miss(error.command_name, VERBS)
                return cls(
                    f"{typed} has no verb {error.command_name!r}.",
                    why=f"Its verbs are {', '.join(VERBS)}.",
                    fix=f"Type `{typed} {close}`." if close else read,
                )
            case click.NoSuchOption():
                known = [] if error.ctx is None else _options(error.ctx)
                close = near_miss(error.option_name, known)
                return cls(
                    f"`{typed}` has no option {error.option_name!r}.",
                    why=f"Its options are {', '.join(known)}.",
                    fix=f"Use {close}." if close else read,
                )
            case click.MissingParameter():
                return cls(
                    f"`{typed}` needs {_wanted(error.param)}.",
                    why="It was not given.",
                    fix=f"Type `{_usage(error)}`.",
                )
            case click.BadParameter():
                return cls(
                    f"{_wanted(error.param)} cannot be understood.",
                    why=error.message,
                    fix=_near_choice(error) or read,
                )
            case _:
                return cls("This was typed wrongly.", why=error.format_message(), fix=read)


def _options(ctx: click.Context) -> list[str]:
    parameters = ctx.command.get_params(ctx)
    return [option for p in parameters if isinstance(p, click.Option) for option in p.opts]


def _wanted(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "A value"
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name.upper()


def _near_choice(error: click.BadParameter) -> str | None:
    parameter = error.param
    if parameter is None or not isinstance(parameter.type, click.Choice):
        return None
    typed = re.match(r"'(.*?)' is not one of", error.message)
    close = near_miss(typed[1], parameter.type.choices) if typed else None
    return f"Use {close}." if close else None


def _usage(error: click.UsageError) -> str:
    if error.ctx is None:
        return "automl --help"
    pieces = " ".join(error.ctx.command.collect_usage_pieces(error.ctx))
    return f"{error.ctx.command_path} {pieces}"
