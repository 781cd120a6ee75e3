"""What holds of the tests themselves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FILES = sorted(
    path for path in TESTS.rglob("*.py") if path.relative_to(TESTS).parts[0] != "benchmarks"
)

CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "monotonic_ns"}
# What our own answers call the seconds that something took.
MEASURED = {"search_s", "wall_s", "elapsed_s"}
UPPER = (ast.Lt, ast.LtE)


def asks_a_clock(node: ast.AST) -> bool:
    called = [one.func for one in ast.walk(node) if isinstance(one, ast.Call)]
    return any(
        isinstance(one, ast.Attribute)
        and (one.attr in CLOCKS or (one.attr == "time" and ast.unparse(one.value) == "time"))
        for one in called
    )


def names_in(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def words_in(node: ast.AST) -> set[str]:
    attributes = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    keys = {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return attributes | keys | names_in(node)


def passes_a_clock(function: ast.AST) -> bool:
    return any(
        isinstance(one, ast.keyword) and one.arg in ("clock", "started")
        for one in ast.walk(function)
    )


def subtracts(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Sub) for one in ast.walk(node))


def is_duration(node: ast.AST) -> bool:
    """Say whether this is the difference of two instants, one of them asked for just here."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and not isinstance(node.right, ast.Constant)
        and asks_a_clock(node)
    )


def clocked(function: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names of instants and of durations that clocks of the machine have told."""
    instants, durations = set(), set()
    for one in ast.walk(function):
        if isinstance(one, ast.Assign) and asks_a_clock(one.value):
            names = {name for target in one.targets for name in names_in(target)}
            (durations if is_duration(one.value) else instants).update(names)
        is_call = isinstance(one, ast.Call) and ast.unparse(one.func).endswith(".append")
        if is_call and any(is_duration(arg) for arg in one.args):
            durations |= names_in(one.func)
    return instants, durations


def asserted_times(tree: ast.AST) -> list[int]:
    """Return the lines whose assertions say how fast this machine is."""
    found = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if passes_a_clock(function):
            continue
        instants, durations = clocked(function)
        for one in ast.walk(function):
            if not isinstance(one, ast.Assert):
                continue
            for compared in [c for c in ast.walk(one.test) if isinstance(c, ast.Compare)]:
                names = names_in(compared)
                by_clock = (
                    asks_a_clock(compared)
                    or names & durations
                    or (subtracts(compared) and names & instants)
                )
                below = any(isinstance(op, UPPER) for op in compared.ops)
                constant = isinstance(compared.comparators[-1], ast.Constant | ast.BinOp)
                if by_clock or (below and constant and words_in(compared) & MEASURED):
                    found.add(one.lineno)
    return sorted(found)


def test_no_assertion_depends_on_the_speed_of_the_machine():
    """Times are for tests/benchmarks; to wait, `tests.waiting`; for a budget, pass a clock."""
    found = {
        f"{path.relative_to(TESTS)}:{line}"
        for path in FILES
        for line in asserted_times(ast.parse(path.read_text("utf-8")))
    }

    assert found == set()


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("began = time.monotonic()\n assert time.monotonic() - began < 4", [3]),
        ("took = time.perf_counter() - began\n assert took < 4", [3]),
        ("took.append(time.time() - began)\n assert min(took) < 4", [3]),
        ("assert run.search_s <= 1.02 * 10", [2]),
        ("assert json.loads(out)['wall_s'] < 9", [2]),
        ("assert run['search_s'] > 0", []),
        ("search(clock=machine)\n assert run.search_s <= 10", []),
        ("before = time.time()\n made = id()\n assert before <= made", []),
    ],
)
def test_the_speed_of_a_machine_is_recognised(source, lines):
    assert asserted_times(ast.parse(f"def test():\n {source}\n")) == lines


# Rooms of tests that mirror no folder of the code, and why.
OF_THEIR_OWN = {
    "apps": "the Voila pages of templates/apps, opened in a browser",
    "contracts": "records that older versions have written",
    "docs": "what the documentation says and shows",
    "families": "a toy family goes the whole way",
    "journeys": "whole journeys of a person at a terminal",
    "packaging": "what make setup and a wheel leave behind",
    "tools": "checks of the code's names",
    "serving/storm": "everything at once against one server",
    "variants": "one table written in many ways, at every door",
}
SOURCES = (
    ROOT / "automl_magic", ROOT / "serving" / "automl_magic_serving",
    ROOT / "extension" / "automl_magic_lab", ROOT,
)  # fmt: skip


def rooms(place: Path) -> list[Path]:
    """Return the folders of the code that a folder of tests mirrors."""
    shorter = Path(*place.parts[1:])
    candidates = [
        SOURCES[0] / place,
        *([SOURCES[1] / shorter] if place.parts[:1] == ("serving",) else []),
        *([SOURCES[2] / shorter] if place.parts[:1] == ("extension",) else []),
        SOURCES[3] / place,
    ]
    return [folder for folder in candidates if folder.is_dir()]


def is_of_its_own(place: Path) -> bool:
    return any(place.as_posix().startswith(name) for name in OF_THEIR_OWN)


def misplaced(path: Path) -> str | None:
    """Say what is wrong with the place of a test file, if anything."""
    place, module = path.relative_to(TESTS).parent, path.stem.removeprefix("test_") + ".py"
    if place == Path() or is_of_its_own(place):
        return None
    found = rooms(place)
    if not found:
        return "there is no such folder of the code"
    if any((folder / module).exists() or (folder / module[:-3]).is_dir() for folder in found):
        return None
    # Named after no module of its folder, it is about the folder; unless the module lies deeper.
    deeper = sorted({one for folder in found for one in folder.rglob(module)})
    return f"it belongs beside {deeper[0].relative_to(ROOT)}" if deeper else None


def test_a_test_file_stands_where_its_module_stands():
    found = {
        path.relative_to(TESTS).as_posix(): wrong
        for path in FILES
        if path.name.startswith("test_") and (wrong := misplaced(path))
    }

    assert found == {}


def test_every_room_of_their_own_is_there():
    assert [name for name in OF_THEIR_OWN if not (TESTS / name).is_dir()] == []
