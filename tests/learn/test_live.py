"""A picture that follows a search, in a real kernel and with displays of every kind."""

import nbformat
import papermill
import pytest

from automl_magic.learn.live import LivePlot, live
from automl_magic.learn.plot import Point, draw_search

# A course as plain data: what a search would have said after each trial.
COURSE = """
from IPython.display import display
from automl_magic.learn.live import live
from automl_magic.learn.plot import Point, draw_search

class Course:
    points = []
    def plot(self):
        return draw_search("roc_auc", self.points)

course = Course()
with live(display, every_s=0.0) as picture:
    for number in range(20):
        course.points.append(Point(float(number), f"trial {number}", number / 100, number / 100))
        print(number)
        picture(course)
"""


class Handle:
    def __init__(self):
        self.shown = []

    def update(self, picture):
        self.shown.append(repr(picture))


class Search:
    def __init__(self):
        self.points = []

    def plot(self):
        return draw_search("r2", self.points)

    def ends_a_trial(self, score):
        self.points.append(Point(1.0, "linear", score, score))
        return self


@pytest.fixture
def displayed():
    """A display that keeps what it shows, and its handle."""
    handle = Handle()

    def display(picture, *, display_id):
        assert display_id is True
        handle.update(picture)
        return handle

    return display, handle


def test_an_executed_notebook_holds_one_picture_and_it_is_the_last(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(COURSE, id="search")])
    nbformat.write(notebook, tmp_path / "in.ipynb")

    done = papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", kernel_name="python3", progress_bar=False
    )

    picture, lines = done.cells[-1].outputs
    assert picture.output_type == "display_data"
    assert picture.data["text/plain"].startswith("roc_auc of 20 trials over time")
    assert picture.data["text/html"].startswith('<img src="data:image/svg+xml;base64,')
    assert 'alt="roc_auc of 20 trials' in picture.data["text/html"]
    assert lines.text.split() == [str(number) for number in range(20)]


def test_the_picture_comes_before_the_first_trial(displayed):
    display, handle = displayed

    with live(display):
        assert handle.shown == ["No trials yet."]


def test_a_second_trial_within_two_seconds_waits(displayed):
    display, handle = displayed
    search = Search()

    with live(display) as picture:
        picture(search.ends_a_trial(0.1))
        picture(search.ends_a_trial(0.2))
        assert len(handle.shown) == 1

    assert "0.2000" in handle.shown[-1]


def test_drawing_takes_a_small_share_of_the_time(displayed):
    display, _ = displayed
    now, drawn = 0.0, 0

    class Slow(Search):
        def plot(self):
            nonlocal now, drawn
            drawn += 1
            now += 0.02
            return super().plot()

    search = Slow().ends_a_trial(0.1)
    with LivePlot(display, every_s=0.0, clock=lambda: now) as picture:
        while now < 10:
            picture(search)
            now += 0.001

    assert 4 <= drawn <= 7  # of 10 s a hundredth, and the last state


def test_a_display_that_fails_is_given_up_with_one_line(capsys):
    def broken(picture, *, display_id):
        raise OSError("no comm")

    search = Search()
    with live(broken) as picture:
        picture(search.ends_a_trial(0.1))

    assert capsys.readouterr().out == "The live plot was turned off: OSError: no comm\n"


def test_an_interrupt_while_drawing_reaches_the_search(displayed):
    display, _ = displayed

    class Interrupted(Search):
        def plot(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), live(display) as picture:
        picture(Interrupted())


def test_without_a_notebook_nothing_is_drawn_twice():
    shown = []

    with live(lambda picture, display_id: shown.append(picture)) as picture:
        picture(Search().ends_a_trial(0.1))

    assert len(shown) == 1


def test_a_terminal_shows_its_lines_alone(displayed, monkeypatch):
    display, handle = displayed
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    with live(display):
        pass

    assert handle.shown == []
