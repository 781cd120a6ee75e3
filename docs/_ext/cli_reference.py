"""A Sphinx directive that generates the command-line reference from the click commands."""

from __future__ import annotations

import inspect

import click
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SHARED = ("--json", "--help")


class CliReference(SphinxDirective):
    """List every command with its usage, its help, and its own options."""

    def run(self) -> list[nodes.Node]:
        from automl_magic.cli import automl

        outer = click.Context(automl, info_name="automl", **automl.context_settings)
        return [self._section(outer, name) for name in automl.list_commands(outer)]

    def _section(self, outer: click.Context, name: str) -> nodes.section:
        command = outer.command.get_command(outer, name)  # type: ignore[attr-defined]
        context = click.Context(command, info_name=name, parent=outer)
        usage = " ".join(["automl", name, *command.collect_usage_pieces(context)])
        section = nodes.section(ids=[f"automl-{name}"], names=[f"automl {name}"])
        section += nodes.title(text=f"automl {name}")
        section += nodes.literal_block(usage, usage, language="text")
        for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
            parsed, _ = self.parse_inline(paragraph.replace("\n", " "))
            section += nodes.paragraph("", "", *parsed)
        params = [p for p in command.get_params(context) if isinstance(p, click.Option)]
        records = [param.get_help_record(context) for param in params]
        own = [record for record in records if record and not record[0].endswith(SHARED)]
        if own:
            section += self._options(own)
        return section

    def _options(self, records: list[tuple[str, str]]) -> nodes.definition_list:
        options = nodes.definition_list()
        for written, meaning in records:
            item = nodes.definition_list_item()
            item += nodes.term("", "", nodes.literal(written, written))
            item += nodes.definition("", nodes.paragraph(text=meaning))
            options += item
        return options


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
