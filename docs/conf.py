"""Sphinx: `make docs` builds this folder and fails on any warning."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "automl-magic"
author = "the automl-magic developers"
copyright = f"2026, {author}"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "cli_reference"]
exclude_patterns = ["_build", "_ext"]
# Docstrings write names in single backticks, and a fence without a language is a terminal.
default_role = "literal"
highlight_language = "text"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "automl-magic"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
nitpicky = False
