def test_the_magic_answers_for_a_run_in_whatever_state(cells):
    from automl_magic.runs.backends import run_store
    from automl_magic.workspace import default_workspace

    run_id = run_store(default_workspace()).create(kind="search", notebook="search.ipynb").run_id

    result, _, _, [bundle] = cells.run(f"%automl why {run_id}")

    assert result.success
    assert f"Run {run_id} was lost." in bundle["text/plain"]
    assert "No trial was recorded" in bundle["text/html"]


def test_two_questions_at_once_are_wrong_usage(cells):
    _, out, err, _ = cells.run("%automl why last --trial 1 --column age")

    assert "Use only one of --trial" in out + err
