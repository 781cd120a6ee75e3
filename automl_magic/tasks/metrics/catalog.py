"""catalog: the metrics by name, the default metric of each task, and errors for wrong names."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.errors import MetricDoesNotFit, UnknownMetric, closest_match
from automl_magic.records import Answer, Decision, DecisionKind, Metric, TaskKind
from automl_magic.records.families import families, family_of, kinds
from automl_magic.tasks.metrics.family_metrics import family_metrics_of

_TWO_CLASSES = (Answer.TWO_CLASSES,)
_SEVERAL_CLASSES = (Answer.CLASSES,)
_CLASSES = (Answer.TWO_CLASSES, Answer.CLASSES)
_NUMBER = (Answer.NUMBER,)


# The minimum of every other metric is 0.
_LOWEST = {"matthews_corrcoef": -1.0, "r2": None}


def _metric(
    name: str, better: str, needs: str, fits: tuple[Answer, ...], description: str
) -> Metric:
    high = better == "high"
    return Metric(
        name=name,
        higher_is_better=high,
        needs=needs,
        fits=fits,
        in_words=description,
        lowest=_LOWEST.get(name, 0.0),
        highest=1.0 if high else None,
    )


class _Metrics(dict[str, Metric]):
    """The built-in metrics by name. Other names are looked up in the task families."""

    def __missing__(self, name: str) -> Metric:
        return family_metrics_of(families())[name].metric


METRICS: dict[str, Metric] = _Metrics(
    (metric.name, metric)
    for metric in (
        _metric(
            "roc_auc",
            "high",
            "probabilities",
            _TWO_CLASSES,
            "The probability that a random positive row ranks above a random negative one. "
            "0.5 is chance, 1 is perfect.",
        ),
        _metric(
            "average_precision",
            "high",
            "probabilities",
            _TWO_CLASSES,
            "The precision averaged over all thresholds, weighted by the gain in recall. "
            "The share of positives is chance, 1 is perfect.",
        ),
        _metric(
            "f1",
            "high",
            "labels",
            _TWO_CLASSES,
            "The harmonic mean of precision and recall of the positive class. 1 is perfect.",
        ),
        _metric(
            "precision",
            "high",
            "labels",
            _TWO_CLASSES,
            "The share of rows predicted positive that are positive.",
        ),
        _metric(
            "recall",
            "high",
            "labels",
            _TWO_CLASSES,
            "The share of positive rows that are predicted positive.",
        ),
        _metric(
            "roc_auc_ovr",
            "high",
            "probabilities",
            _SEVERAL_CLASSES,
            "The area under the ROC curve of each class against the rest, averaged over classes.",
        ),
        _metric(
            "log_loss",
            "low",
            "probabilities",
            _CLASSES,
            "The negative log-likelihood of the true classes. 0 is perfect, and confident mistakes "
            "are penalized heavily.",
        ),
        _metric(
            "brier",
            "low",
            "probabilities",
            _CLASSES,
            "The mean squared difference between predicted probabilities and outcomes. "
            "0 is perfect.",
        ),
        _metric("accuracy", "high", "labels", _CLASSES, "The share of correctly classified rows."),
        _metric(
            "balanced_accuracy",
            "high",
            "labels",
            _CLASSES,
            "The recall averaged over classes, so rare and frequent classes count equally.",
        ),
        _metric(
            "matthews_corrcoef",
            "high",
            "labels",
            _CLASSES,
            "The correlation between true and predicted classes. 0 is chance, 1 is perfect.",
        ),
        _metric(
            "f1_macro",
            "high",
            "labels",
            _SEVERAL_CLASSES,
            "The F1 score averaged over classes, so rare and frequent classes count equally.",
        ),
        _metric(
            "f1_weighted",
            "high",
            "labels",
            _SEVERAL_CLASSES,
            "The F1 score averaged over classes, weighted by class frequency.",
        ),
        _metric(
            "rmse",
            "low",
            "values",
            _NUMBER,
            "The square root of the mean squared error, in the target's unit. Large errors count "
            "most.",
        ),
        _metric("mse", "low", "values", _NUMBER, "The mean squared error."),
        _metric(
            "mae",
            "low",
            "values",
            _NUMBER,
            "The mean absolute error, in the target's unit. Errors count in proportion to size.",
        ),
        _metric(
            "median_absolute_error",
            "low",
            "values",
            _NUMBER,
            "The median absolute error, in the target's unit: half of the errors are smaller.",
        ),
        _metric(
            "r2",
            "high",
            "values",
            _NUMBER,
            "The explained share of the target's variance. 0 is predicting the mean, 1 is perfect.",
        ),
        _metric(
            "mape",
            "low",
            "values",
            _NUMBER,
            "The mean absolute error as a fraction of the true value. Not for targets near 0.",
        ),
        _metric(
            "rmsle",
            "low",
            "values",
            _NUMBER,
            "The root mean squared error of log(1 + value), for relative errors. The target can't "
            "be negative. Predictions below 0 count as 0.",
        ),
    )
)

# Other common names. They aren't accepted, so that files use one name, but errors suggest the right
# name.
_OTHER_NAMES = {
    "auc": "roc_auc",
    "roc": "roc_auc",
    "rocauc": "roc_auc",
    "auprc": "average_precision",
    "pr_auc": "average_precision",
    "logloss": "log_loss",
    "neg_log_loss": "log_loss",
    "cross_entropy": "log_loss",
    "brier_score": "brier",
    "neg_brier_score": "brier",
    "acc": "accuracy",
    "mcc": "matthews_corrcoef",
    "root_mean_squared_error": "rmse",
    "neg_root_mean_squared_error": "rmse",
    "mean_squared_error": "mse",
    "neg_mean_squared_error": "mse",
    "mean_absolute_error": "mae",
    "neg_mean_absolute_error": "mae",
    "neg_median_absolute_error": "median_absolute_error",
    "mean_absolute_percentage_error": "mape",
    "neg_mean_absolute_percentage_error": "mape",
    "root_mean_squared_log_error": "rmsle",
    "neg_root_mean_squared_log_error": "rmsle",
    "r_squared": "r2",
}
_ALTERNATIVES = {
    (Answer.CLASSES, "roc_auc"): "roc_auc_ovr",
    (Answer.CLASSES, "f1"): "f1_macro",
    (Answer.TWO_CLASSES, "roc_auc_ovr"): "roc_auc",
    (Answer.TWO_CLASSES, "f1_macro"): "f1",
    (Answer.TWO_CLASSES, "f1_weighted"): "f1",
}


def metrics_for(kind: TaskKind) -> tuple[str, ...]:
    """Return the names of the metrics for this task kind, with its family's metrics last."""
    builtin = (name for name, metric in METRICS.items() if kind.answer in metric.fits)
    return (*builtin, *family_metrics_of([family_of(kind)]))


def find_metric(name: str, kind: TaskKind) -> Metric:
    """Return the metric of this name.

    Raises
    ------
    UnknownMetric
        If there is no metric of this name. The error suggests the closest one.
    MetricDoesNotFit
        If the metric can't score this task kind.
    """
    fitting = metrics_for(kind)
    if name not in METRICS and name not in fitting:
        close = _OTHER_NAMES.get(name.lower()) or closest_match(name, {*METRICS, *fitting})
        raise UnknownMetric(
            f"There is no metric {name!r}.",
            why=f"The metrics for {kind} tasks are {', '.join(fitting)}.",
            fix=f"Use --metric {close}." if close else "Use one of these names with --metric.",
        )
    if name not in fitting:
        suggestion = _ALTERNATIVES.get((kind.answer, name)) or default_metric(kind).choice
        fits = " and ".join(
            task_kind for task_kind in kinds() if task_kind.answer in METRICS[name].fits
        )
        raise MetricDoesNotFit(
            f"The metric {name!r} can't score a {kind} task.",
            why=f"It is for {fits} tasks. The metrics for {kind} are {', '.join(fitting)}.",
            fix=f"Use --metric {suggestion}.",
        )
    return METRICS[name]


def default_metric(kind: TaskKind, class_counts: Sequence[int] = ()) -> Decision:
    """Choose the metric of a task without one. `class_counts` is evidence, not a condition."""
    evidence = {"class_counts": list(class_counts[:20])} if class_counts else {}
    if kind.answer is Answer.TWO_CLASSES:
        return Decision(
            about=DecisionKind.METRIC,
            choice="roc_auc",
            why="It measures the ranking of rows across all thresholds, so it works for rare "
            "classes and unknown error costs.",
            evidence=evidence,
            rejected=(
                "accuracy: with a rare class, always predicting the frequent one looks good",
                "f1: it depends on one threshold, which is a business decision",
            ),
        )
    if kind.answer is Answer.CLASSES:
        return Decision(
            about=DecisionKind.METRIC,
            choice="log_loss",
            why="It scores the probabilities of all classes and penalizes confident mistakes.",
            evidence=evidence,
            rejected=("accuracy: it can't tell a near miss from a wild guess",),
        )
    return Decision(
        about=DecisionKind.METRIC,
        choice="rmse",
        why="It has the target's unit, and the mean minimizes it.",
        rejected=(
            "mae: the median minimizes it, which hides rare large values",
            "mape: it breaks down for targets near 0",
        ),
    )
