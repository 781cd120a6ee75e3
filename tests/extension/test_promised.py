"""Promises about the extension: its size, texts, colors and documentation."""

import json
import re
from pathlib import Path

import pytest

from automl_magic_lab.inventory import RUN_ID, permissions

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
BUILT = EXTENSION / "automl_magic_lab" / "labextension"
MAX_BUNDLE_BYTES = 300_000
SOURCES = sorted((EXTENSION / "src").rglob("*.ts*"))
SCHEMA = json.loads((EXTENSION / "schema" / "plugin.json").read_text("utf-8"))


def text(path):
    return path.read_text("utf-8")


def in_sources(pattern):
    return [
        f"{path.relative_to(EXTENSION)}: {match.group()}"
        for path in SOURCES
        for match in re.finditer(pattern, text(path))
    ]


def test_the_bundle_is_small():
    if not BUILT.exists():
        pytest.skip("The lab extension isn't built. Run: make extension")
    sizes = {path.name: path.stat().st_size for path in (BUILT / "static").glob("*.js")}

    assert sizes
    assert sum(sizes.values()) <= MAX_BUNDLE_BYTES


def test_nothing_is_written_to_the_console_and_no_type_is_any():
    assert in_sources(r"console\.\w+|\bany\b(?=[\s;,)>\]]*[=;,)>\]])|as any") == []


def test_no_data_becomes_html():
    assert (
        in_sources(r"innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|eval\(") == []
    )


def test_one_file_sends_http_requests():
    files = {match.split(":")[0] for match in in_sources(r"\bfetch\(|makeRequest|XMLHttpRequest")}

    assert files == {"src/request.ts"}


def test_no_plugin_requires_the_shell_of_the_lab():
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
    # A word between two tags that isn't an expression.
    assert in_sources(r">\s*[A-Z][a-z]{2,}[^<>{}=;()]*</") == []


def test_no_sentence_is_glued_together():
    # Elements go into the placeholders of a sentence, with `sentence`.
    assert in_sources(r"trans\._[_n]\([^()]*\)\}\s*<code|`[^`]*\$\{trans\._") == []


def test_colors_are_variables_of_the_lab():
    for path in (EXTENSION / "style").glob("*.css"):
        css = re.sub(r"var\([^)]*\)|/\*.*?\*/", "", text(path), flags=re.DOTALL)
        assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", css) == [], path.name


def test_every_command_of_the_menu_exists():
    commands = set(re.findall(r"'(automl-magic:[a-z-]+)'", text(EXTENSION / "src" / "tokens.ts")))
    items = SCHEMA["jupyter.lab.menus"]["main"][0]["items"]

    assert {item["command"] for item in items if "command" in item} <= commands


def test_every_setting_is_used():
    sources = "".join(text(path) for path in SOURCES)

    assert [n for n in SCHEMA["properties"] if f"settings.current.{n}" not in sources] == []


def test_every_setting_has_the_same_default_in_both_places():
    defaults = text(EXTENSION / "src" / "settings.ts")

    for name, setting in SCHEMA["properties"].items():
        assert f"{name}: {json.dumps(setting['default'])}" in defaults


def test_the_reference_page_names_every_route_and_every_setting():
    page = text(ROOT / "docs" / "reference" / "lab.md")

    for permission in permissions():
        route = f"`{permission.method} {permission.path.replace(RUN_ID, 'RUN')}`"
        assert f"| {route} | {permission.action} " in page, route
    for setting in SCHEMA["properties"].values():
        assert setting["title"] in page


def test_the_lock_file_contains_no_url():
    assert "http" not in text(EXTENSION / "yarn.lock")
