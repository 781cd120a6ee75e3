"""What is promised of the extension: its size, its words, its colours, its documentation."""

import json
import re
from pathlib import Path

import pytest

from automl_magic_lab.inventory import RUN_ID, permissions

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
BUILT = EXTENSION / "automl_magic_lab" / "labextension"
LARGEST_BUNDLE_BYTES = 300_000
SOURCES = sorted((EXTENSION / "src").rglob("*.ts*"))
SCHEMA = json.loads((EXTENSION / "schema" / "plugin.json").read_text("utf-8"))


def text(path):
    return path.read_text("utf-8")


def in_sources(pattern):
    return [
        f"{path.relative_to(EXTENSION)}: {found.group()}"
        for path in SOURCES
        for found in re.finditer(pattern, text(path))
    ]


def test_the_bundle_is_small():
    if not BUILT.exists():
        pytest.skip("the lab extension is not built: make extension")
    sizes = {path.name: path.stat().st_size for path in (BUILT / "static").glob("*.js")}

    assert sizes
    assert sum(sizes.values()) <= LARGEST_BUNDLE_BYTES


def test_nothing_is_written_to_the_console_and_no_type_is_any():
    assert in_sources(r"console\.\w+|\bany\b(?=[\s;,)>\]]*[=;,)>\]])|as any") == []


def test_no_data_becomes_html():
    assert (
        in_sources(r"innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|eval\(") == []
    )


def test_one_file_speaks_http():
    speaking = {
        found.split(":")[0] for found in in_sources(r"\bfetch\(|makeRequest|XMLHttpRequest")
    }

    assert speaking == {"src/request.ts"}


def test_nothing_requires_the_shell_of_the_lab():
    required = [
        names
        for path in SOURCES
        for names in re.findall(r"requires: \[([^\]]*)\]", text(path))
        if "ILabShell" in names
    ]

    assert required == []


def test_index_registers_plugins_and_nothing_more():
    index = text(EXTENSION / "src" / "index.ts")

    assert re.fullmatch(
        r"(import \{[^}]*\} from '[^']*';\s*)+export default \[[\w,\s]*\];\s*", index
    )


def test_text_in_markup_goes_through_the_translator():
    # Between two tags: a word of two letters or more that is no expression.
    assert in_sources(r">\s*[A-Z][a-z]{2,}[^<>{}=;()]*</") == []


def test_colours_are_the_variables_of_the_lab():
    for path in (EXTENSION / "style").glob("*.css"):
        bare = re.sub(r"var\([^)]*\)|/\*.*?\*/", "", text(path), flags=re.DOTALL)
        assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", bare) == [], path.name


def test_every_command_of_the_menu_exists():
    known = set(re.findall(r"'(automl-magic:[a-z-]+)'", text(EXTENSION / "src" / "tokens.ts")))
    items = SCHEMA["jupyter.lab.menus"]["main"][0]["items"]

    assert {item["command"] for item in items if "command" in item} <= known


def test_every_setting_is_used():
    sources = "".join(text(path) for path in SOURCES)

    assert [n for n in SCHEMA["properties"] if f"settings.current.{n}" not in sources] == []


def test_every_setting_has_the_same_default_in_both_places():
    usual = text(EXTENSION / "src" / "settings.ts")

    for name, setting in SCHEMA["properties"].items():
        assert f"{name}: {json.dumps(setting['default'])}" in usual


def test_the_reference_page_names_every_route_and_every_setting():
    page = text(ROOT / "docs" / "reference" / "lab.md")

    for line in permissions():
        route = f"`{line.method} {line.path.replace(RUN_ID, 'RUN')}`"
        assert f"| {route} | {line.action} " in page, route
    for setting in SCHEMA["properties"].values():
        assert setting["title"] in page


def test_the_lock_file_names_no_address():
    assert "http" not in text(EXTENSION / "yarn.lock")
