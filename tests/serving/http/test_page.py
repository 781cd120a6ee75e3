"""The page that a server has for people: nothing of a model's is markup, and anybody can ask."""

import json
from types import SimpleNamespace

import pytest

from automl_magic.records import ColumnKind, TaskKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.models.deployment import Route
from automl_magic_serving.http.page import CONTENT_SECURITY_POLICY, page

HOSTILE = "\"><script>window.__xss=1</script><img src=x onerror='window.__xss=1'>"


def test_nothing_that_came_from_data_is_markup():
    column = InputColumn(
        name=HOSTILE,
        kind=ColumnKind.TEXT,
        stored_as="text",
        nullable=False,
        example="</textarea>" + HOSTILE,
    )
    schema = InputSchema(task=TaskKind("regression"), target=HOSTILE, columns=(column,))
    route = Route(deployment=HOSTILE, model=HOSTILE, epoch=1, stable=1)
    text = page([SimpleNamespace(name=HOSTILE, route=route, schema=schema)], needs_key=True)

    assert text.count("<script>") == 1
    assert "<img" not in text
    assert text.count("</textarea>") == 1


def test_the_policy_lets_nothing_in_but_the_page_s_own_script(live):
    response = live.client.get("/")

    assert response.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY


def test_a_page_without_a_model_says_so():
    assert "No model is loaded" in page([], needs_key=False)


@pytest.mark.long
class TestInABrowser:
    @pytest.fixture(params=["light", "dark"])
    def shown(self, request, browser, live):
        page = browser.new_page(color_scheme=request.param)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text))
        page.goto(live.url + "/")
        yield page
        assert page.problems == []
        page.close()

    def test_the_example_row_is_answered(self, shown):
        form = shown.get_by_role("form", name="Predict with churn")
        form.get_by_role("button", name="Predict").click()
        form.locator("output").filter(has_text="label").wait_for()
        status, _, message = form.locator("output").inner_text().partition("\n")

        assert status == "200"
        assert json.loads(message)["predictions"][0]["label"] in ("no", "yes")

    def test_axe_finds_nothing(self, shown, violations):
        shown.get_by_role("form", name="Predict with price").get_by_role("button").click()
        shown.locator("output").filter(has_text="value").wait_for()

        assert violations(shown) == {}


@pytest.mark.long
def test_axe_finds_nothing_where_a_key_is_asked_for(browser, keyed, violations):
    page = browser.new_page()
    page.goto(keyed.url + "/")

    assert page.get_by_label("API key").count() == 2
    assert violations(page) == {}
    page.close()
