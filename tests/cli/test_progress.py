from automl_magic.cli.progress import Progress

EVENTS = [
    {"event": "run", "run_id": "r1"},
    {"event": "cell", "cell_id": "load", "index": 0, "of": 14, "state": "started"},
    {"event": "cell", "cell_id": "load", "index": 0, "of": 14, "state": "done"},
    {"event": "cell", "cell_id": "search", "index": 7, "of": 14, "state": "started"},
    {"event": "search", "budget_s": 60},
    {"event": "trial", "number": 0, "candidate": "dummy", "best": 0.5, "left_s": 59.1},
    {"event": "trial", "number": 1, "candidate": "linear", "best": 0.5, "left_s": 58.0},
    {"event": "trial", "number": 2, "candidate": "lightgbm", "best": 0.912345, "left_s": 51.6},
]


def test_the_line_says_cells_trials_the_best_score_and_the_time_left():
    progress = Progress()
    for event in EVENTS:
        progress.update(event)

    assert progress.line() == "cell 8/14 · search · 3 trials · best 0.91234 · 52 s left"


def test_only_news_is_worth_a_line_in_a_log():
    progress = Progress()

    news = [progress.update(event) for event in EVENTS]

    assert news == [True, True, False, True, False, True, False, True]


def test_events_of_a_newer_engine_are_let_past():
    progress = Progress()

    assert progress.update({"event": "galaxy"}) is False
    assert progress.line() == "starting"


def test_a_second_run_starts_at_nothing():
    progress = Progress()
    for event in [*EVENTS, {"event": "run", "run_id": "r2"}]:
        progress.update(event)

    assert progress == Progress(run_id="r2")


def test_a_cell_id_cannot_move_the_cursor():
    progress = Progress()
    progress.update(
        {"event": "cell", "cell_id": "a\x1b[2J", "index": 0, "of": 1, "state": "started"}
    )

    assert progress.line() == r"cell 1/1 · a\x1b[2J"


def test_a_finished_run_is_summed_up():
    progress = Progress(cells_done=14, n_cells=14, trials_done=23)

    assert progress.summary() == "14 of 14 cells · 23 trials"
