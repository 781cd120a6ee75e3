"""Draw random texts that people read, to read them as somebody who has never seen the product.

A reading score can't tell whether a sentence is good English: only reading can. This prints a
sample of every surface, each text with its place:

    python tests/tools/sample_texts.py --texts 150 --pages 30 --seed 7
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("automl_magic", "serving/automl_magic_serving", "extension/automl_magic_lab")
SENTENCE = re.compile(r"[A-Za-z]{2,}\W+[A-Za-z']{2,}")
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|WHERE)\b")

Text = tuple[str, str, str]


def main() -> None:
    """Print the sample."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=150, help="number of texts (default: 150)")
    parser.add_argument("--pages", type=int, default=30, help="number of docs pages (default: 30)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample (default: 0)")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    texts = sorted(set(all_texts()))
    for number, (surface, place, text) in enumerate(
        chance.sample(texts, min(arguments.texts, len(texts))), 1
    ):
        print(f"{number:3} [{surface}] {place}\n    {text}")
    pages = sorted(path for path in tracked("docs", "README.md") if path.suffix == ".md")
    print(f"\n{len(texts)} texts in all. Docs pages to read:")
    for path in chance.sample(pages, min(arguments.pages, len(pages))):
        print(f"    {path.relative_to(ROOT)}")


def all_texts() -> Iterator[Text]:
    """Yield (surface, place, text) of everything that people read."""
    for path in tracked(*CODE):
        if path.suffix == ".py":
            yield from python_texts(path)
        elif path.suffix == ".js":
            yield from script_texts(path, r'"((?:[^"\\\n]|\\.)*)"')
    for path in tracked("extension/src"):
        yield from script_texts(path, r"trans\.(?:__|_n)\(\s*['\"`]((?:[^'\"`\\]|\\.)*)['\"`]")
    for path in tracked("templates"):
        if path.suffix == ".md":
            yield from markdown_texts(path, "notebook")
        elif path.suffix == ".py":
            yield from comments(path)
    for path in tracked("changes"):
        yield from markdown_texts(path, "changelog")


def tracked(*folders: str) -> list[Path]:
    """Return the files in these folders that git knows."""
    names = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in names.split("\0") if name]


def python_texts(path: Path) -> Iterator[Text]:
    """Yield the docstrings and the other literals that read like a sentence."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                docstrings.add(id(node.body[0].value))  # type: ignore[attr-defined]
                yield "docstring", place(path, node.body[0].lineno), flat(text)
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in node.values}
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in inside or id(node) in docstrings:
                continue
            text = node.value
        else:
            continue
        if SENTENCE.search(text) and not SQL.search(text) and " " in text.strip():
            yield "string", place(path, node.lineno), flat(text)


def script_texts(path: Path, pattern: str) -> Iterator[Text]:
    """Yield the literals of a script that read like a sentence."""
    source = path.read_text("utf-8")
    for match in re.finditer(pattern, source):
        if " " in match[1] and SENTENCE.search(match[1]):
            yield "interface", place(path, source.count("\n", 0, match.start()) + 1), flat(match[1])


def markdown_texts(path: Path, surface: str) -> Iterator[Text]:
    """Yield the paragraphs of a Markdown file."""
    line = 1
    for paragraph in path.read_text("utf-8").split("\n\n"):
        if SENTENCE.search(paragraph):
            yield surface, place(path, line), flat(paragraph)
        line += paragraph.count("\n") + 2


def comments(path: Path) -> Iterator[Text]:
    """Yield the comments of a notebook's code."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        match = re.search(r"(?:^|\s)# (.*)", line)
        if match and " " in match[1] and SENTENCE.search(match[1]):
            yield "notebook", place(path, number), flat(match[1])


def place(path: Path, line: int) -> str:
    """Return `file:line` below the project's folder."""
    return f"{path.relative_to(ROOT)}:{line}"


def flat(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


if __name__ == "__main__":
    main()
