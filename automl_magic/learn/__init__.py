"""learn: Task → Trials → Recipe. The engine: each cell of a search notebook is one call.

    Task → split → search → ensemble → recipe → evaluate_once → refit → finish

A search proposes candidates (`strategies/`, one file each) and fits each on the folds (`trial_fit`,
`trial`). The best are blended (`ensemble`). The blend is scored once on the holdout
(`evaluate_once`) and fitted on all rows (`refit`). One clock (`budget`) runs from the search to the
end of the refit.
"""

from automl_magic.learn.candidate import candidate
from automl_magic.learn.decisions import decisions
from automl_magic.learn.ensemble import ensemble
from automl_magic.learn.evaluate import evaluate_once
from automl_magic.learn.finish import finish
from automl_magic.learn.live import live
from automl_magic.learn.recipe import recipe
from automl_magic.learn.refit import refit
from automl_magic.learn.search import search
from automl_magic.learn.split import split
from automl_magic.learn.task import Task

__all__ = [
    "Task",
    "candidate",
    "decisions",
    "ensemble",
    "evaluate_once",
    "finish",
    "live",
    "recipe",
    "refit",
    "search",
    "split",
]
