"""What the clipping check finds, so that a page on which it finds nothing is whole."""

import pytest

from tests.clipping import clipped


@pytest.fixture
def cut(browser):
    def find(body):
        page = browser.new_page(viewport={"width": 400, "height": 300})
        try:
            page.set_content(f"<!doctype html><body style='margin: 0'>{body}</body>")
            return clipped(page.locator("body"))
        finally:
            page.close()

    return find


@pytest.mark.parametrize(
    "body",
    [
        "<p style='width: 40px; overflow: hidden; white-space: nowrap'>A long text</p>",
        "<p style='height: 10px; overflow: hidden'>Two lines<br>of text</p>",
        "<p style='width: 500px'>Wider than the page</p>",
        "<svg width=100 height=40><text x=60 y=20>A label beyond the edge</text></svg>",
    ],
    ids=["width", "height", "page", "svg"],
)
def test_a_text_that_is_cut_off_is_found(cut, body):
    assert len(cut(body)) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<p>A text that wraps</p>",
        "<div class='am-scroll' style='overflow-x: auto'><p style='width: 500px'>Scrolls</p></div>",
        "<details><summary>Closed</summary><p style='width: 500px'>Hidden</p></details>",
    ],
    ids=["wraps", "scrolls", "closed"],
)
def test_a_text_that_can_be_read_is_not(cut, body):
    assert cut(body) == []
