# %% [markdown] id="title" tags=["automl:title"]
# # Explain
#
# This notebook explains one model: how reliable its predictions are, whether it is fair, which
# columns drive it, and what would change a prediction. Each cell runs one method and reports what it
# did, on which rows, and its limits. It needs `automl_magic` and changes nothing. The results are
# saved in `explanation.json`. To view them, run `automl app explain RUN`.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.csv"  # a path, or sklearn:NAME
search_dir = "search-output"  # the folder of the run that found the model
immutable = []  # columns that counterfactuals don't change, besides the sensitive ones
budget_s = 45.0  # wall-clock seconds; slow methods stop at their share
run_dir = "explain-output"  # output folder for the explanation


# %% id="load" tags=["automl:load"]
from automl_magic import data, explain

table = data.load(data_source)
explainer = explain.Explainer(
    table,
    search_dir=search_dir,
    data_fingerprint=data.fingerprint(table),
    sensitive=[],
    immutable=immutable,
    personal={},
    budget_s=budget_s,
)
explainer


# %% [markdown] id="about-trust" tags=["automl:about-trust"]
# ## Reliability
#
# The final model was trained on all rows, so scores on them would be optimistic. Everything in this
# section is measured on predictions by models not trained on the row: the holdout or, if that is
# small, out-of-fold predictions.


# %% id="curves" tags=["automl:curves"]
explain.curves(explainer)


# %% id="thresholds" tags=["automl:thresholds"]
explain.thresholds(
    explainer,
    cost_false_positive=None,
    cost_false_negative=None,
)


# %% id="confusion" tags=["automl:confusion"]
explain.confusion(explainer)


# %% id="calibration" tags=["automl:calibration"]
explain.calibration(explainer)


# %% [markdown] id="about-people" tags=["automl:about-people"]
# ## Fairness
#
# The same metrics for each group of people. A wide interval means that the group is small. A gap
# isn't proof of unfairness: if outcomes differ between groups, no model can close all gaps at once
# (Kleinberg, Mullainathan & Raghavan, 2017). Set the gaps that matter to you in the experiment file.


# %% id="fairness" tags=["automl:fairness"]
explain.fairness(explainer, limits={})


# %% [markdown] id="about-reasons" tags=["automl:about-reasons"]
# ## Feature contributions
#
# How much each column adds to the output, over many rows and for single rows. SHAP values describe
# the model, not the world: a column can drive the model because it correlates with a cause.


# %% id="shap" tags=["automl:shap"]
explain.shap_values(explainer)


# %% id="local" tags=["automl:local"]
explain.local_rows(explainer)


# %% [markdown] id="about-changes" tags=["automl:about-changes"]
# ## What-if analysis
#
# Two questions: how much does the score drop without a column, and how does the prediction change
# with its value? Both need rows that the model hasn't seen, so the recipe is refitted without them if
# there is time. Counterfactuals then answer a third: which changes to a row would change its
# prediction?


# %% id="refit" tags=["automl:refit"]
explain.refit(explainer)


# %% id="permutation" tags=["automl:permutation"]
explain.permutation(explainer)


# %% id="dependence" tags=["automl:dependence"]
explain.dependence(explainer)


# %% id="counterfactuals" tags=["automl:counterfactuals"]
explain.counterfactuals(explainer, ranges={})


# %% id="finish" tags=["automl:finish"]
explain.finish(explainer, run_dir=run_dir)
