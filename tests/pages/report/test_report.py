"""The report of an explanation has a text and a table for each figure, and escapes all data."""

import random
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from automl_magic.pages.cells import Cell
from automl_magic.pages.document import POLICY
from automl_magic.pages.report import report_document, report_page
from automl_magic.pages.report.sections.shap import _direction
from automl_magic.pages.report.waterfall import Step, waterfall_figure
from automl_magic.records import CellLink
from automl_magic.records.explanations.explanation import documents_of
from automl_magic.records.explanations.inspection import Beeswarm, Dependence

KINDS = ("binary", "multiclass", "regression")
HOSTILE = (
    '"><script>window.__xss=1</script>',
    "'><img src=x onerror=window.__xss=1>",
    "</style><svg onload=window.__xss=1>",
    "javascript:window.__xss=1",
    "</title></desc><iframe srcdoc='<script>parent.__xss=1</script>'>",
    "{{7*7}}${7*7}<%= 7 %>",
    "\x00\ud800\u202e\x1b]0;x\x07",
    "--><!--]]>&lt;b&gt;",
)


def hostile_names(seed=0):
    """Return a function that makes each name unlike the others, and all of them hostile."""
    draw = random.Random(seed)

    def name(plain):
        return f"{plain}{draw.choice(HOSTILE)}{draw.randrange(10**6)}"

    return name


class Elements(HTMLParser):
    """The tags of a page with their attributes, and its visible text."""

    def __init__(self, html):
        super().__init__()
        self.found, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def cells():
    names = ("load", "shap", "local", "counterfactuals", "permutation", "dependence", "curves")
    others = ("thresholds", "confusion", "calibration", "residuals", "fairness")
    return [Cell(name, is_code=True, source=f"explain.{name}()") for name in (*names, *others)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_section_that_was_made_is_shown_and_linked(explained, kind):
    told = explained(kind)
    page = Elements(report_page(told, cells()))
    ids = {attributes.get("id") for _, attributes in page.found}
    contents = [a["href"][1:] for name, a in page.found if name == "a" and "title" not in a]

    assert set(told.sections) <= ids
    assert {*told.sections, "skipped"} <= set(contents)


def test_what_the_search_did_not_try_stands_in_the_header(explained):
    note = "The search was stopped early. The model is the best so far."

    assert note in report_page(explained(KINDS[0]), cells(), [note]).split("</header>")[0]
    assert note in report_document(explained(KINDS[0]), cells(), [note])


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_leads_to_the_cell_of_its_section(explained, kind):
    page = Elements(report_page(explained(kind), cells()))
    ids = {attributes.get("id") for _, attributes in page.found}
    links = [a for name, a in page.found if name == "a" and a["href"].startswith("#cell-")]

    assert len(links) > 100
    assert {a["href"][1:] for a in links} <= ids
    assert {a["data-run-id"] for a in links if "data-run-id" in a} == {"e1"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_has_words_and_a_table(explained, kind):
    page = report_page(explained(kind), cells())
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)

    assert len(figures) > 5
    for figure in figures:
        assert re.search(r'<svg [^>]*role="(img|group)" aria-label="[^"]{5,}', figure)
        assert "<desc>" in figure
        assert "<figcaption" in figure
        assert "<table" in figure
        assert "<caption>" in figure


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_bring_no_element_and_no_attribute(explained, kind):
    plain = Elements(report_page(explained(kind, str), cells()))
    hostile = Elements(report_page(explained(kind, hostile_names()), cells()))

    assert [name for name, _ in hostile.found] == [name for name, _ in plain.found]
    shape = lambda page: [sorted(attributes) for _, attributes in page.found]  # noqa: E731
    assert shape(hostile) == shape(plain)
    assert not [a for _, attributes in hostile.found for a in attributes if a.startswith("on")]


def test_the_file_has_no_scripts_or_external_resources(explained):
    page = Elements(report_document(explained("binary", hostile_names()), cells()))
    names = {name for name, _ in page.found}
    asked = {
        value
        for _, attributes in page.found
        for key, value in attributes.items()
        if key in ("src", "srcset", "href", "action", "xlink:href", "data") and value[:1] != "#"
    }

    assert names & {"script", "img", "iframe", "object", "embed", "link", "form", "base"} == set()
    assert asked == set()
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in [
        attributes for name, attributes in page.found if name == "meta"
    ]


def test_ids_are_unique(explained):
    found = Elements(report_document(explained("multiclass"), cells())).found
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]

    assert len(ids) == len(set(ids))


def test_a_switch_shows_the_first_and_its_label_belongs_to_it(explained):
    found = Elements(report_page(explained("multiclass"), cells())).found
    inputs = [a for name, a in found if name == "input"]
    labels = {a["for"] for name, a in found if name == "label"}

    assert {a["id"] for a in inputs} == labels
    assert {a["name"] for a in inputs} == {a["name"] for a in inputs if "checked" in a}


def test_skipped_sections_are_listed_with_their_reasons(explained):
    words = " ".join(Elements(report_page(explained("binary"), cells())).words)

    assert "Skipped sections" in words
    assert "Not here." in words


def test_an_exceeded_limit_comes_first(explained):
    page = report_page(explained("binary"), cells())

    assert "<b>1</b> limit is exceeded" in page
    assert "✗ exceeded" in page


def test_without_cells_the_page_is_still_whole(explained):
    assert "Notebook cells" not in report_page(explained("regression"))


def test_the_direction_of_a_column_is_described():
    rising = Beeswarm(
        column="a",
        output=None,
        values=("1",) * 4,
        position=(0.0, 0.3, 0.6, 1.0),
        shap=(-1.0, -0.2, 0.4, 2.0),
    )

    assert _direction(rising) == "raise"
    assert _direction(replace(rising, shap=rising.shap[::-1])) == "lower"
    assert _direction(replace(rising, shap=(1.0, -1.0, -1.0, 1.0))) == "mixed"
    assert _direction(replace(rising, position=(None,) * 4)) == "unordered"


def test_a_waterfall_sums_up_small_contributions():
    steps = [Step(f"c{i}", "1", 0.5) for i in range(20)]
    link = CellLink(run_id="e1", notebook="output.ipynb", cell_id="local")

    shown = waterfall_figure(1.0, steps, 11.0, unit="log-odds", title="t", link=link)

    assert "8 other columns" in shown
    assert "From 1.00 to 11.0" in shown
    assert len(re.findall(r"<tr><th", shown.split("<tbody>")[1])) == 20


def test_levels_without_an_order_are_not_joined_by_a_line(explained):
    told = explained("binary")
    dependence = told.section(Dependence)
    [_, levels, _] = dependence.columns
    of_levels = documents_of([replace(dependence, columns=(levels,))])
    alone = replace(told, sections={**told.sections, **of_levels})

    page = report_page(alone, cells())
    section = page[
        page.index('id="dependence"') : page.index("</section>", page.index('id="dependence"'))
    ]

    assert section.count('class="am-dot am-best"') == 3
    assert "am-line" not in section
    assert "am-band" not in section
