"""Check that no variable, parameter or function has a name that says nothing about what it holds.

`make lint` runs it. The names were used for everything here once: a variable is named by what it
holds (`run`, `trial`, `column`), a function by what it does or returns.

    python tests/tools/check_names.py FOLDER …
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

BANNED = frozenset(
    [
        "another",
        "asked",
        "drawn",
        "found",
        "gone",
        "heard",
        "judged",
        "kept",
        "known",
        "made",
        "near",
        "nobody",
        "one",
        "said",
        "seen",
        "served",
        "shown",
        "somebody",
        "spoken",
        "taken",
        "thing",
        "things",
        "told",
        "wanted",
        "whoever",
        "whole",
        "whom",
    ]
)


def main(folders: list[str]) -> int:
    """Print every binding of a banned name; return the exit code."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--", *(f"{folder}/**.py" for folder in folders)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    count = 0
    for name in filter(None, names):
        try:
            tree = ast.parse(Path(name).read_text("utf-8"))
        except SyntaxError:  # a piece of a notebook, with slots in it
            continue
        for line, banned in sorted(bindings(tree)):
            print(f"{name}:{line}: {banned!r} says nothing about what it holds; name that instead")
            count += 1
    return int(count > 0)


def bindings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, name) of every banned name that a tree binds."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                pass
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                pass
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                pass
            case _:
                continue
        if name.lstrip("_") in BANNED:
            yield node.lineno, name


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
