# %% [markdown] id="title" tags=["automl:title"]
# # Explain
#
# This notebook says what is known about one model: how far its answers can be trusted, whom it treats
# how, what moves it, and what would have to be different for another answer. Each cell is one method
# and says what it did, on which rows, and what it leaves open. It needs `automl_magic`, and changes
# nothing. The numbers are kept in `explanation.json`; `automl app explain RUN` shows them.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.parquet"  # a path, or sklearn:NAME
search_dir = "search-output"  # the folder of the run that found the model
immutable = []  # columns that no counterfactual may change, beside the sensitive ones
budget_s = 45.0  # wall-clock seconds; what takes long stops at its share of them
run_dir = "explain-output"  # where the explanation is written


# %% id="load" tags=["automl:load"]
from automl_magic import data, explain

table = data.load(data_source)
subject = explain.Subject(
    table,
    search_dir=search_dir,
    data_fingerprint=data.fingerprint(table),
    sensitive=[],
    immutable=immutable,
    budget_s=budget_s,
)
subject


# %% [markdown] id="about-trust" tags=["automl:about-trust"]
# ## How far to trust it
#
# The model was fitted on all rows in the end, so what it says of them flatters it. Everything in this
# part is measured on predictions by models that had not seen the row: the holdout, or, where that is
# small, the predictions out of fold.


# %% id="residuals" tags=["automl:residuals"]
explain.residuals(subject)


# %% [markdown] id="about-people" tags=["automl:about-people"]
# ## Whom it treats how
#
# The same measures by groups of people. An interval that is wide says that there are few of them. A
# gap is no verdict: where groups differ in truth, no model can close all gaps at the same time
# (Kleinberg, Mullainathan & Raghavan, 2017), so say in the experiment file which of them matter.


# %% id="fairness" tags=["automl:fairness"]
explain.fairness(subject, limits={})


# %% [markdown] id="about-reasons" tags=["automl:about-reasons"]
# ## What moves it
#
# What each column adds to the output, over many rows and in single ones. SHAP values are about the
# model, not about the world: a column may move it because it goes along with a cause.


# %% id="shap" tags=["automl:shap"]
explain.shap_values(subject)


# %% id="local" tags=["automl:local"]
explain.local_rows(subject)


# %% [markdown] id="about-changes" tags=["automl:about-changes"]
# ## What if
#
# Two questions to the model: how much worse does it get without what a column says, and what does it
# say when a column is another? Both need rows that the model has not learned from, so the recipe is
# fitted once more without them, if there is time. Then the question the other way round: what would
# have to be different for another answer?


# %% id="refit" tags=["automl:refit"]
explain.refit(subject)


# %% id="permutation" tags=["automl:permutation"]
explain.permutation(subject)


# %% id="dependence" tags=["automl:dependence"]
explain.dependence(subject)


# %% id="counterfactuals" tags=["automl:counterfactuals"]
explain.counterfactuals(subject, ranges={})


# %% id="finish" tags=["automl:finish"]
explain.finish(subject, run_dir=run_dir)
