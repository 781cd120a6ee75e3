from automl_magic.magics.notebook import NotebookFrontend
from automl_magic.magics.show.live_trials import LiveTrials


def trial(number, score, best, at_s=1.0, candidate="linear"):
    return {
        "event": "trial", "number": number, "candidate": candidate, "score": score, "best": best,
        "elapsed_s": at_s, "state": "complete" if score is not None else "pruned",
    }  # fmt: skip


def test_the_trials_of_a_run_become_a_chart_with_text():
    course = LiveTrials()
    for event in ({"event": "search", "metric": "r2"}, trial(0, 0.0, 0.0), trial(1, 0.5, 0.5, 2.0)):
        course.update(event)

    bundle = course.bundle()

    assert bundle["text/plain"] == (
        "r2 of 2 trials over time: from 0.0000 (linear) to 0.5000 (linear), reached after 2.0 s."
    )
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml')


def test_a_second_run_starts_a_chart_of_its_own():
    course = LiveTrials()
    for event in (
        {"event": "run", "run_id": "a"},
        trial(0, 0.1, 0.1),
        {"event": "run", "run_id": "a", "state": "committing"},
        {"event": "run", "run_id": "b"},
    ):
        course.update(event)

    assert course.bundle()["text/plain"] == "No trials yet."


def test_a_name_from_an_event_stays_text():
    course = LiveTrials()
    course.update(trial(0, 0.1, 0.1, candidate='"><script>\x1b'))

    html = course.bundle()["text/html"]
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_picture_appears_with_the_first_trial_and_ends_with_the_last(cells, shell):
    door = NotebookFrontend({})
    shell.user_ns["play"] = lambda events: [feed(event) for event in events]

    with door.show_progress() as feed:
        _, _, _, before = cells.run("play([{'event': 'run', 'run_id': 'a'}])")
        _, _, _, first = cells.run(f"play([{trial(0, 0.5, 0.5)!r}])")

    assert len(before) == 1
    assert [bundle["text/plain"][:7] for bundle in first][-1] == "score o"
