# %% [markdown] id="title" tags=["automl:title"]
# # Explore
#
# This notebook looks at one table before anything is learnt from it: what its columns mean, what
# is missing, and what may go wrong. It changes nothing. It needs `automl_magic`.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.csv"  # a path, or sklearn:NAME
target = "churn"  # the column to predict


# %% id="load" tags=["automl:load"]
from automl_magic import data
from automl_magic.data import plots

table = data.load(data_source)
table.head()


# %% [markdown] id="about-columns" tags=["automl:about-columns"]
# ## The columns
#
# What each column means, as far as its values tell, and what the checks found. Where a kind is
# wrong, set it in the experiment file under `features: kinds:`. Each code has a page in the
# reference documentation; errors stop the plan, warnings are worth a thought.


# %% id="profile" tags=["automl:profile"]
dataset = data.profile(
    table,
    name="customers",
    source=data_source,
    read=data.read_call(data_source),
    target=target,
    kinds={},
)
data.report(dataset)


# %% id="missing" tags=["automl:missing"]
plots.draw_missing(dataset)


# %% [markdown] id="about-target" tags=["automl:about-target"]
# ## The target
#
# How its values are spread, and the columns that alone tell most about it. A column that tells
# nearly everything may be known only afterwards: then it is a leak, and no model may see it.


# %% id="target" tags=["automl:target"]
plots.draw_target(table, dataset, target)


# %% id="columns" tags=["automl:columns"]
plots.draw_columns(table, dataset, target)
