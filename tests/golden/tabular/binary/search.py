# %% [markdown] id="title" tags=["automl:title"]
# # Search
#
# This notebook finds a model for one table. Each cell is one step and reports what it does. Change a
# cell, or delete a candidate, and run it again. It needs `automl_magic`. To export the model as a
# notebook that doesn't need it: `automl notebook RUN`. To see the reasons for each decision:
# `automl why RUN`. The metadata of the cells holds the reasons of the plan.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.csv"  # a path, or sklearn:NAME
budget_s = 10.0  # wall-clock seconds from the search cell to the end of the refit
seed = 7
threads = 1
run_dir = "search-output"  # output folder for the trials, the recipe and the model
replay = ""  # the folder of an earlier run: repeat its recipe instead of searching


# %% [markdown] id="about-data" tags=["automl:about-data"]
# ## Task
#
# The table, the column to predict, the metric, and the rows to score on. The holdout is set apart
# here and used once, near the end.


# %% id="load" tags=["automl:load"]
from automl_magic import data, learn

table = data.load(data_source)
data.preview(table, personal={})


# %% id="task" tags=["automl:task"]
task = learn.Task(
    table,
    target="churn",
    kind="binary",
    metric="roc_auc",
    classes=["no", "yes"],
    parse={},
    imbalance="none",
    personal={},
    seed=seed,
    threads=threads,
)
task


# %% id="split" tags=["automl:split"]
split = learn.split(
    task,
    kind="stratified",
    folds=3,
    repeats=1,
    holdout=0.25,
    column=None,
    date_format=None,
)
split


# %% [markdown] id="about-candidates" tags=["automl:about-candidates"]
# ## Candidates
#
# A view is a list of feature steps that turn columns into numbers. A candidate is an estimator on a
# view. The metadata of the cells holds the reason for each candidate and for each excluded column. If
# you delete a candidate's cell, it isn't tried.


# %% id="candidates" tags=["automl:candidates"]
views = {}
candidates = {}


# %% id="view-tree" tags=["automl:view-tree"]
views["tree"] = [
    {"kind": "number", "columns": ["age"], "params": {}},
    {
        "kind": "number",
        "columns": ["paid"],
        "params": {"parse": {"decimal": ",", "thousands": "."}},
    },
    {"kind": "boolean", "columns": ["active"], "params": {"true": "yes", "false": "no"}},
    {"kind": "date", "columns": ["since"], "params": {"date_format": "%Y-%m-%d"}},
    {"kind": "category", "columns": ["city"], "params": {}},
    {"kind": "target_mean", "columns": ["street"], "params": {"smoothing": 10.0, "n_folds": 5}},
    {"kind": "text", "columns": ["note"], "params": {"max_features": 100, "components": 3}},
]


# %% id="view-dense" tags=["automl:view-dense"]
views["dense"] = [
    {
        "kind": "number",
        "columns": ["age"],
        "params": {"fill": "median", "scale": True, "indicator": True},
    },
    {
        "kind": "number",
        "columns": ["paid"],
        "params": {
            "parse": {"decimal": ",", "thousands": "."},
            "fill": "median",
            "scale": True,
            "indicator": True,
        },
    },
    {
        "kind": "boolean",
        "columns": ["active"],
        "params": {"true": "yes", "false": "no", "fill": "most_frequent"},
    },
    {
        "kind": "date",
        "columns": ["since"],
        "params": {"date_format": "%Y-%m-%d", "fill": "median", "scale": True},
    },
    {"kind": "one_hot", "columns": ["city"], "params": {"min_count": 3, "max_levels": 50}},
    {"kind": "target_mean", "columns": ["street"], "params": {"smoothing": 10.0, "n_folds": 5}},
    {"kind": "text", "columns": ["note"], "params": {"max_features": 100, "components": 3}},
]


# %% id="candidate-lightgbm" tags=["automl:candidate-lightgbm"]
candidates["lightgbm"] = learn.candidate(
    "lightgbm",
    view="tree",
    params={"learning_rate": 0.1, "num_leaves": 7, "min_data_in_leaf": 3},
)


# %% id="candidate-linear" tags=["automl:candidate-linear"]
candidates["linear"] = learn.candidate(
    "linear",
    view="dense",
    params={"C": 1.0},
)


# %% [markdown] id="about-search" tags=["automl:about-search"]
# ## Search
#
# The portfolio runs first: each candidate once, in the order of how well it did on other tables like
# this one. A candidate is fitted on all folds at the same time, a few rounds on each in turn. After
# each turn its out-of-fold predictions are pooled and scored together. When the pooled score stops
# improving, the candidate is finished. A candidate that uses up its share of the time before that is
# paused. It resumes if it is still among the best after all others have run.
#
# The remaining time goes to variations of the best candidates. Optuna proposes the parameters, and at
# each stage only the best third of the variations continues (successive halving).
#
# The chart updates during the search: a dot is a trial, the line is the best score so far. The
# leaderboard gives the reason why each trial was tried or stopped. The table after it lists the
# decisions made on the way. Then the best trials are blended: a greedy search adds one at a time as
# long as the blend scores better on the pooled predictions. The blend's probabilities are calibrated
# if it helps.


# %% id="search" tags=["automl:search"]
import IPython.display

with learn.live(IPython.display.display) as live_plot:
    search = learn.search(
        task,
        split,
        views,
        candidates,
        budget_s=budget_s,
        sampler="portfolio",
        max_trials=3,
        early_stopping=None,
        run_dir=run_dir,
        replay=replay,
        live=live_plot,
    )


# %% id="leaderboard" tags=["automl:leaderboard"]
search.leaderboard()


# %% id="decisions" tags=["automl:decisions"]
learn.decisions(run_dir)


# %% id="ensemble" tags=["automl:ensemble"]
ensemble = learn.ensemble(
    search,
    max_members=8,
    cost_false_positive=None,
    cost_false_negative=None,
    latency_ms_p95=None,
)
ensemble


# %% id="recipe" tags=["automl:recipe"]
recipe = learn.recipe(task, split, views, ensemble, data_fingerprint=data.fingerprint(table))
recipe


# %% [markdown] id="about-model" tags=["automl:about-model"]
# ## Model
#
# First, score once on the holdout: report this score. Then refit the recipe on all rows: keep this
# model.


# %% id="holdout" tags=["automl:holdout"]
holdout = learn.evaluate_once(recipe, task, split)
holdout


# %% id="refit" tags=["automl:refit"]
model = learn.refit(recipe, task)


# %% id="finish" tags=["automl:finish"]
learn.finish(model, search=search, ensemble=ensemble, holdout=holdout, run_dir=run_dir)
