"""The tree is the architecture: what imports what goes one way.

The layers stand in `pyproject.toml` (`[tool.importlinter]`). Here: no circle of modules at all, in
any of the packages. Every import statement counts, wherever it stands: at the top, inside a
function, and under `TYPE_CHECKING`. `from package import name` counts as an import of the
submodule `name` where there is one, else of the package's `__init__`. Not counted: the packages
above an imported module, and the names that a lazy `__init__` loads by `__getattr__`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("automl_magic", "serving/automl_magic_serving", "extension/automl_magic_lab")


def modules() -> dict[str, Path]:
    """Return the file of each module, by its dotted name."""
    found = {}
    for package in PACKAGES:
        top = ROOT / package
        for path in top.rglob("*.py"):
            parts = path.relative_to(top.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, source: str, *, is_package: bool) -> Iterator[tuple[str, str]]:
    """Yield each import of a module: the module or package, and the name taken from it or ''."""
    package = name if is_package else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: -(node.level - 1) or None] if node.level else []
            base = ".".join([*parts, *([node.module] if node.module else [])])
            yield from ((base, alias.name) for alias in node.names)


def imports(files: Mapping[str, Path]) -> dict[str, set[str]]:
    """Return which of the modules each of them imports."""
    graph = {}
    for name, path in files.items():
        found = imported(name, path.read_text("utf-8"), is_package=path.name == "__init__.py")
        targets = {f"{base}.{one}" if f"{base}.{one}" in files else base for base, one in found}
        graph[name] = {target for target in targets if target in files} - {name}
    return graph


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of modules that reach each other (Tarjan's components of two and more)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        stack.append(name)
        for target in sorted(graph.get(name, ())):
            if target not in order:
                visit(target)
            if target in stack:
                lowest[name] = min(lowest[name], lowest[target])
        if lowest[name] == order[name]:
            component = stack[stack.index(name) :]
            del stack[-len(component) :]
            if len(component) > 1:
                found.append(sorted(component))

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return sorted(found)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(imports(modules())) == []


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["b"], "b": ["a"], "c": ["a"]}, [["a", "b"]]),
        (
            {"a": ["b"], "b": ["c"], "c": ["a"], "d": ["e"], "e": ["d"]},
            [["a", "b", "c"], ["d", "e"]],
        ),
        ({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}, []),
    ],
)
def test_a_circle_is_found_and_a_meeting_is_none(
    graph: dict[str, list[str]], expected: list[list[str]]
) -> None:
    assert circles(graph) == expected


def test_every_kind_of_import_statement_counts() -> None:
    source = (
        "import a.b\nfrom . import c\nfrom .d import e\nfrom ..f import g\n"
        "if TYPE_CHECKING:\n    from h import i\ndef later():\n    from j import k\n"
    )
    found = set(imported("p.q.r", source, is_package=False))
    assert found == {
        ("a.b", ""), ("p.q", "c"), ("p.q.d", "e"), ("p.f", "g"), ("h", "i"), ("j", "k"),
    }  # fmt: skip
