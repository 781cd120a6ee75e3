import json

from automl_magic.learn.decisions import decisions


def write(folder, *events):
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (folder / "events.jsonl").write_text(lines)


def decided(about, **more):
    return {"event": "decision", "about": about, "choice": "frozen", "why": "Slow.", **more}


def test_the_decisions_of_the_last_search_in_a_folder_are_shown(tmp_path):
    search = {"event": "search", "budget_s": 9}
    write(tmp_path, search, decided("trial 1"), search, decided("trial 2", elapsed_s=1.25))

    table = decisions(tmp_path)

    assert table.rows == [("1.2", "trial 2", "frozen", "Slow.")]
    assert table.caption == "1 decision of the search"


def test_a_folder_without_a_search_gives_an_empty_table(tmp_path):
    assert decisions(tmp_path).rows == []


def test_many_decisions_are_counted(tmp_path):
    write(tmp_path, *(decided(f"trial {number}") for number in range(70)))

    table = decisions(tmp_path)

    assert (len(table.rows), table.notes) == (60, ["10 more are in events.jsonl."])


def test_a_half_written_line_is_let_past(tmp_path):
    write(tmp_path, decided("trial 1"))
    with (tmp_path / "events.jsonl").open("a") as events:
        events.write('{"event": "dec')

    assert len(decisions(tmp_path).rows) == 1
