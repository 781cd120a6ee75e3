# %% [markdown] id="title" tags=["automl:title"]
# # Search
#
# This notebook finds a model for one table. Each cell is one step and says what it does; change a
# cell, or delete a candidate, and run it again. It needs `automl_magic`. The model that it finds
# leaves as a notebook that does not: `automl notebook RUN`. Why it did what it did is told by
# `automl why RUN`; the reasons of the plan also stand in the metadata of the cells.


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_source = "data/customers.jsonl"  # a path, or sklearn:NAME
budget_s = 10.0  # wall-clock seconds from the search cell to the end of the refit
seed = 7
threads = 1
run_dir = "search-output"  # where the trials, the recipe and the model are written
replay = ""  # the folder of an earlier run: repeat its recipe instead of searching


# %% [markdown] id="about-data" tags=["automl:about-data"]
# ## The question
#
# The table, the column to predict, how success is measured, and which rows measure it. The
# holdout is put aside here and used once, near the end.


# %% id="load" tags=["automl:load"]
from automl_magic import data, learn

table = data.load(data_source)
table.head()


# %% id="task" tags=["automl:task"]
task = learn.Task(
    table,
    target="plan",
    kind="multiclass",
    metric="log_loss",
    classes=["basic", "plus", "pro"],
    imbalance="none",
    seed=seed,
    threads=threads,
)
task


# %% id="split" tags=["automl:split"]
split = learn.split(
    task,
    kind="grouped",
    folds=3,
    repeats=1,
    holdout=0.25,
    column="street",
    date_format=None,
)
split


# %% [markdown] id="about-candidates" tags=["automl:about-candidates"]
# ## What is tried
#
# A view is a list of feature steps: how columns become numbers. A candidate is an estimator on a
# view. The reasons for each, and for each column that is left out, stand in the metadata of the
# cells; a candidate whose cell is deleted is not tried.


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
# ## The search
#
# The portfolio comes first: each candidate once, in the order in which such candidates have served
# on other tables like this one. A candidate is fitted on all folds at the same time, a few rounds on
# each in turn. After each turn the predictions for the rows that a fold has not seen are pooled and
# scored together; when the pooled score has stopped improving, the candidate is done. A candidate
# that has used its share of the time before that is frozen. It is thawed, and goes on where it
# stopped, if it is still among the best when the others have had their turn.
#
# What time is left belongs to variations of the best candidates: Optuna proposes the parameters, and
# of the variations that have come equally far only the best third goes on (successive halving).
#
# The picture follows the search: a dot is a trial, the line is the best score so far. The leaderboard
# says of each trial why it was tried or given up, the table after it what was decided on the way.
# Then the best trials are blended: greedily, one at a time, as long as the blend scores better on the
# pooled predictions. If it helps, the probabilities of the blend are calibrated.


# %% id="search" tags=["automl:search"]
import IPython.display

with learn.live(IPython.display.display) as picture:
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
        live=picture,
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
# ## The model
#
# First the one measurement on the holdout, which no choice has seen: that is the score to quote. Then
# the same recipe is fitted on all rows: that is the model to keep.


# %% id="holdout" tags=["automl:holdout"]
holdout = learn.evaluate_once(recipe, task, split)
holdout


# %% id="refit" tags=["automl:refit"]
model = learn.refit(recipe, task)


# %% id="finish" tags=["automl:finish"]
learn.finish(model, search=search, ensemble=ensemble, holdout=holdout, run_dir=run_dir)
