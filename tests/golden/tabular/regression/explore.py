# %% [markdown] id="title" tags=["automl:title"]
# # Explore
#
# This notebook profiles one table before any training: what its columns mean, what is missing, and
# what can go wrong. It needs `automl_magic` and changes nothing.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.parquet"  # a path, or sklearn:NAME
target = "spent"  # the column to predict


# %% id="load" tags=["automl:load"]
from automl_magic import data
from automl_magic.data import plots

table = data.load(data_source)
data.preview(table, personal={})


# %% [markdown] id="about-columns" tags=["automl:about-columns"]
# ## Columns
#
# The type of each column, inferred from its values, and what the checks found. If a type is wrong,
# set it in the experiment file under `features: kinds:`. Each code has a page in the reference
# documentation. Errors stop the plan. Review the warnings.


# %% id="profile" tags=["automl:profile"]
dataset = data.profile(
    table,
    name="customers",
    source=data_source,
    read=data.read_call(table),
    target=target,
    kinds={},
)
data.report(dataset)


# %% id="missing" tags=["automl:missing"]
plots.draw_missing(dataset)


# %% [markdown] id="about-target" tags=["automl:about-target"]
# ## Target
#
# The distribution of the target, and the single columns that predict it best. If a column predicts
# it almost perfectly, you may only learn its value afterwards. That is target leakage: exclude the
# column.


# %% id="target" tags=["automl:target"]
plots.draw_target(table, dataset, target)


# %% id="columns" tags=["automl:columns"]
plots.draw_columns(table, dataset, target)
