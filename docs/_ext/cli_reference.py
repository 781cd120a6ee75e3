"""The page of the command line, generated from the click commands themselves."""

from __future__ import annotations

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class CliReference(SphinxDirective):
    """List every verb with its help, as `automl VERB --help` prints it."""

    def run(self) -> list[nodes.Node]:
        from automl_magic.cli import automl

        context = click.Context(automl, info_name="automl", max_content_width=92)
        sections: list[nodes.Node] = []
        for name in automl.list_commands(context):
            command = automl.get_command(context, name)
            assert command is not None
            with click.Context(
                command, info_name=name, parent=context, max_content_width=92
            ) as inner:
                text = command.get_help(inner)
            section = nodes.section(ids=[f"automl-{name}"], names=[f"automl {name}"])
            section += nodes.title(text=f"automl {name}")
            section += nodes.literal_block(text, text, language="text")
            sections.append(section)
        return sections


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
