"""The course of a search as a picture."""


def test_the_course_of_a_search_is_a_picture_with_words(make_notebook):
    picture = make_notebook().search(sampler="portfolio").plot()

    assert picture.svg.startswith("<svg")
    assert repr(picture).startswith("roc_auc of 4 trials over time: from 0.4980 (dummy) to 0.99")
