"""Sphinx configuration; the reference pages are generated before every build."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

import reference_pages  # noqa: E402

project = "OpenDome"
author = "The OpenDome developers"
project_copyright = "The OpenDome developers"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
]
source_suffix = {".md": "markdown"}
exclude_patterns = [
    "_build",
    "reference/generated/wirings_*.md",
    "scenarios/figures",
    "models/figures",
]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_dmath_allow_digits = False  # sums of money are no formulas
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_title = "OpenDome"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["opendome.css"]
html_sidebars = {"index": [], "architecture": [], "glossary": []}
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}


def setup(app):
    app.connect("builder-inited", lambda app: reference_pages.write_all(HERE))
