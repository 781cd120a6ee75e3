"""Help texts that once said something else than what the option does."""

import click
import pytest

from automl_magic.cli.command import automl


def option_help(command, option):
    context = click.Context(automl)
    params = automl.get_command(context, command).get_params(context)
    return next(param.help for param in params if option in param.opts)


def command_help(command):
    return " ".join(automl.get_command(click.Context(automl), command).help.split())


@pytest.mark.parametrize(
    ("command", "option", "text"),
    [
        # It was "Leave the stable version alone", which sounds as if nothing stops.
        ("route", "--stop", "Stop any canary, A/B test and shadow."),
        ("route", "--shadow", "its predictions are only logged"),
        # The monitor file comes before these defaults.
        ("monitor", "--window", "[default: by monitor file, or 24h]"),
        ("retrain", "--budget", "[default: by monitor file, or the champion's]"),
        # It also discards the parts of an interrupted job.
        ("predict", "--overwrite", "discard an interrupted job"),
    ],
)
def test_the_help_of_an_option_says_what_it_does(command, option, text):
    assert text in option_help(command, option)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        # It doesn't wait longer than a few seconds.
        ("route", "lists the ones that don't"),
        # Servers without authentication don't need a key.
        ("key", "except with `automl serve --auth off`"),
        # The previous champion gets this alias: it didn't have it before.
        ("promote", "The previous champion gets the alias rollback."),
        # These two approve a version that has no approval.
        ("promote", "also approves the version"),
        ("serve", "approves the first version"),
        # `last` isn't the newest run.
        ("app", "the newest successful search"),
    ],
)
def test_the_help_of_a_command_says_what_it_does(command, text):
    assert text in command_help(command)
