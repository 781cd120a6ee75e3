"""Make a page a complete HTML document in the lab's light or dark colors."""

from __future__ import annotations

from automl_magic.display.html import tag, text

# The pages use the lab's color variables, which don't apply inside a frame.
_LAB_COLORS = {
    False: {
        "--jp-layout-color1": "#fff",
        "--jp-layout-color2": "#f3f5f7",
        "--jp-content-font-color1": "#1b1f24",
        "--jp-content-font-color2": "#57606a",
        "--jp-content-link-color": "#0b63a8",
        "--jp-border-color2": "#d8dde3",
    },
    True: {
        "--jp-layout-color1": "#111",
        "--jp-layout-color2": "#1e2329",
        "--jp-content-font-color1": "#e6e9ec",
        "--jp-content-font-color2": "#a3adb8",
        "--jp-content-link-color": "#7ab8f5",
        "--jp-border-color2": "#363c44",
    },
}
# Colors that the pages would otherwise take from the system's light or dark setting.
_PAGE_COLORS = {
    False: {"--am-dot": "#5b8db8", "--am-best": "#b8500c"},
    True: {"--am-dot": "#7ba9d1", "--am-best": "#f0935a"},
}


def as_document(title: str, body: str, *, is_dark: bool) -> str:
    """Return a complete HTML document with the page as its body."""
    scheme = "dark" if is_dark else "light"
    style = (
        f":root {{ color-scheme: {scheme}; {_declarations(_LAB_COLORS[is_dark])} }}"
        f"html body .am {{ {_declarations(_PAGE_COLORS[is_dark])} }}"
        "body { background: var(--jp-layout-color1); margin: 0; padding: 1.2rem 1.5rem 3rem; }"
    )
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        + tag("title", text(title))
        + tag("style", style)
    )
    page = tag("html", tag("head", head), tag("body", tag("main", body)), lang="en")
    return f"<!doctype html>{page}"


def _declarations(variables: dict[str, str]) -> str:
    return " ".join(f"{name}: {value};" for name, value in variables.items())
