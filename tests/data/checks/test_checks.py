"""Every check has a code, a documentation page and a test file."""

import re
from pathlib import Path

import pytest

from automl_magic.data import checks
from automl_magic.data.checks import CHECKS
from automl_magic.tasks.validation import CODE as SPLIT_FINDING

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "reference" / "checks"
FOLDER = Path(checks.__file__).parent
HEADINGS = ["What it detects", "Example", "What to do", "How to mute it"]


def test_codes_count_up_without_gaps():
    assert [check.CODE for check in CHECKS] == [f"AM{i:03d}" for i in range(1, len(CHECKS) + 1)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.CODE)
def test_every_check_has_a_page(check):
    page = (PAGES / f"{check.CODE}.md").read_text()
    assert page.startswith(f"# {check.CODE}: {check.TITLE}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == HEADINGS
    assert f'mute=["{check.CODE}"]' in page
    assert f"[{check.CODE}]({check.CODE}.md)" in (PAGES / "index.md").read_text()


def test_every_page_has_a_check():
    codes = {check.CODE for check in CHECKS} | {SPLIT_FINDING}
    assert {path.stem for path in PAGES.glob("AM*.md")} == codes


def test_every_check_has_a_test_file():
    modules = {path.stem for path in FOLDER.glob("*.py") if "CODE, TITLE =" in path.read_text()}
    assert modules == {Path(check.__file__).stem for check in CHECKS}
    assert {path.stem for path in Path(__file__).parent.glob("test_*.py")} == {
        "test_checks",
        *(f"test_{module}" for module in modules),
    }


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.CODE)
def test_every_check_says_its_code_at_its_top(check):
    assert check.__doc__.startswith(f"{check.CODE}: ")
