"""The texts of the apps' pages and charts are translated."""

from __future__ import annotations

import ast
import re
from collections import defaultdict

import jinja2
import pytest

from automl_magic.cli.apps.live_chart import LiveChart
from automl_magic.cli.apps.monitor_chart import DashboardCharts
from automl_magic.cli.apps.voila import page_texts, voila_server
from automl_magic.display.translation import _, set_translations
from automl_magic.files.templates import templates_folder
from automl_magic.workspace import default_workspace
from tests.pages.test_translation import untranslated
from tests.pseudo import Pseudo, is_translated

BASE = "{% block preamble %}{% endblock %}{% block contents %}{% endblock %}"


@pytest.fixture(autouse=True)
def pseudo():
    set_translations(Pseudo())
    yield
    set_translations(None)


@pytest.mark.parametrize("name", ["live", "monitor"])
def test_a_page_is_translated(name):
    source = (templates_folder() / "apps" / f"{name}.html").read_text("utf-8")
    page = jinja2.Template(source).render(
        _=_, base=jinja2.Template(BASE), roots=defaultdict(str), embed=str
    )

    assert "<h1>⟦" in page
    assert untranslated(page) == []


def test_the_page_around_a_notebook_is_translated():
    server = voila_server("leaderboard", "r1", None, workspace=default_workspace())
    option = "--VoilaConfiguration.resources="
    (value,) = (word for word in server.arguments if word.startswith(option))

    assert ast.literal_eval(value.removeprefix(option)) == {"texts": page_texts()}
    assert all(is_translated(text) for text in page_texts().values())
    for template in ("automl-magic", "automl-magic-widgets"):
        path = templates_folder() / "voila" / "templates" / template / "index.html.j2"
        body = path.read_text("utf-8").partition("<body")[2].partition("\n")[2]
        assert untranslated(re.sub(r"\{[%{#].*?[%}#]\}", "", body, flags=re.DOTALL)) == []


def labels(chart):
    """Return the axis labels, the legend and the tooltips of a figure."""
    yield from (axis.axis_label for axis in chart.axis if axis.axis_label)
    for tool in chart.tools:
        yield from (name for name, _value in tool.tooltips if name and name != "PSI")
    for legend in chart.legend:
        yield from (item.label.value for item in legend.items if hasattr(item.label, "value"))


def test_charts_are_translated():
    charts = [LiveChart().figure, *DashboardCharts().figures.values()]
    texts = [text for chart in charts for text in labels(chart)]

    assert len(texts) > 10
    assert [text for text in texts if not is_translated(text)] == []
