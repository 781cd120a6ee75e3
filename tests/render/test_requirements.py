from importlib.metadata import version

import pytest
from IPython.core.interactiveshell import InteractiveShell

from automl_magic.data import load_code
from automl_magic.data.sources.registry import find_source
from automl_magic.errors import RenderError
from automl_magic.render import render_model, requirements_for
from automl_magic.render.requirements import imported_modules


def test_what_is_imported_is_found_wherever_it_stands():
    source = "import re\nimport numpy as np, lightgbm\n\ndef f():\n    from sklearn.svm import SVC"

    assert imported_modules(source) == {"numpy", "lightgbm", "sklearn"}


def test_reading_parquet_needs_its_reader(binary):
    needs = find_source("table.parquet").code("table.parquet", {}).requirements

    assert requirements_for(binary[0], ["import pandas as pd"], needs) == [
        "pandas==4.0.0",
        "pyarrow==5.0.0",
    ]


def test_the_versions_are_those_of_the_recipe(binary):
    recipe, _ = binary

    assert requirements_for(recipe, ["import sklearn", "import json", "import xgboost"]) == [
        "scikit-learn==7.0.0",
        "xgboost==8.0.0",
    ]


def test_a_library_that_the_recipe_does_not_name_is_taken_as_it_is_here(binary, changed):
    recipe, _ = binary
    without = changed(recipe, versions={})

    assert requirements_for(without, ["import pandas"]) == [f"pandas=={version('pandas')}"]


def test_a_module_that_has_another_name_than_its_package_is_found_by_it(binary):
    requirements = requirements_for(binary[0], ["import yaml"])

    assert requirements == [f"PyYAML=={version('PyYAML')}"]


def test_a_library_of_unknown_version_is_named(binary):
    recipe, _ = binary

    with pytest.raises(RenderError) as raised:
        requirements_for(recipe, ["import no_such_library"])

    assert raised.value.what == "The version of no_such_library is unknown."
    assert raised.value.fix == "Install it: pip install no_such_library"


def test_the_line_that_installs_names_every_requirement(binary):
    cells = {
        cell["id"]: cell["source"]
        for cell in render_model(binary[0], load_code(binary[1]))["cells"]
    }
    *_, line = cells["requirements"].splitlines()
    shell = InteractiveShell()
    shell.run_cell(cells["requirements"], silent=True)

    assert line.startswith("# %pip install {")
    assert shell.var_expand(line.removeprefix("# %pip install ")) == (
        "catboost==1.0.0 lightgbm==2.0.0 numpy==3.0.0 pandas==4.0.0 "
        "scikit-learn==7.0.0 threadpoolctl==9.0.0"
    )
