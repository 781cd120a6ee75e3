"""The course of a search as a picture: what is in it, and in which words."""

from xml.etree import ElementTree as ET

import pytest

from automl_magic.learn.plot import Point, draw_course, plot_course
from automl_magic.records import Score, Trial, TrialState
from automl_magic.tasks.metrics import METRICS

SVG = "{http://www.w3.org/2000/svg}"


def course(*scores, name="linear"):
    best, points = None, []
    for at_s, score in enumerate(scores):
        if score is not None:
            best = score if best is None else max(best, score)
        points.append(Point(float(at_s), name, score, best))
    return points


def circles(picture):
    # The last one is the legend's.
    found = ET.fromstring(picture.svg).iter(f"{SVG}circle")
    return [(float(c.get("cx")), float(c.get("cy"))) for c in found if c.get("cy")]


def test_every_scored_trial_is_a_dot():
    assert len(circles(draw_course("r2", course(0.1, 0.3, None, 0.2)))) == 3


def test_a_better_score_stands_higher_and_a_later_trial_further_right():
    (x1, y1), (x2, y2) = circles(draw_course("r2", course(0.1, 0.3)))

    assert (x2 > x1, y2 < y1) == (True, True)


def test_a_score_far_behind_does_not_squeeze_the_others():
    dots = circles(draw_course("r2", course(-50.0, 0.90, 0.91, 0.92, 0.95)))

    heights = [y for _, y in dots]
    assert len(dots) == 4
    assert max(heights) - min(heights) > 150


def test_the_baseline_is_off_the_scale_where_others_have_a_score():
    points = [Point(0.0, "dummy", 0.5, 0.5, is_baseline=True), *course(0.9, 0.91)]

    assert len(circles(draw_course("roc_auc", points))) == 2


def test_the_words_say_where_it_began_and_where_it_came_to():
    assert draw_course("r2", course(0.1, 0.3, None, 0.2)).words == (
        "r2 of 3 trials over time: from 0.1000 (linear) to 0.3000 (linear), reached after 1.0 s. "
        "1 more ended without a score."
    )


@pytest.mark.parametrize(
    ("points", "words"),
    [([], "No trial yet."), (course(None), "No trial has a score; 1 have ended.")],
)
def test_a_search_without_scores_has_a_picture_too(points, words):
    picture = draw_course("r2", points)

    ET.fromstring(picture.svg)
    assert picture.words == words


@pytest.mark.parametrize("scores", [(0.5,), (0.5, 0.5), (0.0, 0.0), (1e9, -1e9), (1e-12, 2e-12)])
def test_any_scores_have_a_scale(scores):
    assert circles(draw_course("r2", course(*scores)))


def test_a_name_cannot_become_markup():
    hostile = "\"><script>\n\x00\ud800&'"

    root = ET.fromstring(draw_course(hostile, course(0.1, name=hostile)).svg)

    assert not list(root.iter(f"{SVG}script"))


def test_a_metric_that_falls_has_its_best_at_the_lowest_score():
    trials = [
        Trial(
            number=number,
            candidate="linear",
            estimator="linear",
            view="tree",
            params={},
            state=TrialState.COMPLETE,
            reason="",
            fit_s=0.1,
            score=Score(metric="rmse", score=score, rows=9),
        )
        for number, score in enumerate((3.0, 1.0, 2.0))
    ]

    picture = plot_course(METRICS["rmse"], trials, [1.0, 2.0, 3.0])

    assert picture.words.endswith("to 1.0000 (linear), reached after 2.0 s.")
