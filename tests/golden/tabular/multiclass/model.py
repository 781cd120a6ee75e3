# %% [markdown] id="title" tags=["automl:title"]
# # Model
#
# This notebook trains one model, measures it on rows that it has not seen, and trains it again on
# all rows. It needs the packages listed in the next cell and nothing else: change whatever you
# like.


# %% id="requirements" tags=["automl:requirements"]
requirements = [
    "numpy==3.0.0",
    "pandas==4.0.0",
    "scikit-learn==7.0.0",
    "threadpoolctl==9.0.0",
    "xgboost==8.0.0",
]
# The score was made with these versions. To install them here, run the next line without its "# ".
# %pip install {" ".join(requirements)}


# %% id="parameters" tags=["parameters", "automl:parameters"]
data_path = "data/customers.jsonl"


# %% id="load" tags=["automl:load"]
import pandas as pd

# Without pandas' guesses: the text "007" is no number, `sold_at` may be a column without dates.
table = pd.read_json(
    data_path,
    lines=True,
    orient="records",
    encoding="utf-8",
    dtype=False,
    convert_axes=False,
    convert_dates=False,
    precise_float=True,
)
for name in table:
    # Where words and numbers are mixed, all are words.
    if pd.api.types.infer_dtype(table[name]) in ("mixed", "mixed-integer"):
        table[name] = table[name].map(str, na_action="ignore")
table.head()


# %% [markdown] id="about-data" tags=["automl:about-data"]
# ## The data
#
# Values are read in one way everywhere, whatever type they are stored as: `1`, `1.0` and `"1"`
# are one category, and `"$1,200"` is a number.


# %% id="values" tags=["automl:values"]
import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd

LARGEST = float(np.finfo("float32").max)  # beyond it a number counts as missing


def as_numbers(column, parse=None):
    """A column as float64. Text is read by its decimal and thousands signs; no number is NaN."""
    decimal, thousands = (parse or {}).get("decimal", "."), (parse or {}).get("thousands", "")

    def read(value):
        if isinstance(value, str):
            text = re.sub("[$€£¥₹₽₩₺₴₫₪฿¢%]", "", value).replace("\u2212", "-").strip()
            if text[:1] == "(" and text[-1:] == ")":  # negative, as in accounts
                text = f"-{text[1:-1].strip()}"
            between = r"\s" if thousands.isspace() else re.escape(thousands)
            groups = f"[+-]?[0-9]{{1,3}}({between}[0-9]{{2,3}})*{between}[0-9]{{3}}(?![0-9])"
            if thousands and (found := re.match(groups, text)):
                text = "".join(re.findall("[-+0-9]+", found[0])) + text[found.end() :]
            if decimal != ".":
                text = text.replace(".", "?").replace(decimal, ".")
            plain = re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text)
            return float(text) if plain else np.nan
        try:
            return (
                float(value)
                if isinstance(value, (int, float, Decimal, np.number, np.bool_))
                else np.nan
            )
        except (OverflowError, ValueError):
            return np.nan

    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy("float64", na_value=np.nan)
    else:
        numbers = np.array([read(value) for value in column], dtype="float64")
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def as_text(column):
    """A column as a list of texts, None where missing; 1, 1.0 and "1" are the same text."""

    def read(value):
        if value is None or value is pd.NA or value is pd.NaT or isinstance(value, str):
            return value if isinstance(value, str) else None
        if isinstance(value, (bool, np.bool_)):
            return "True" if value else "False"
        if isinstance(value, (int, np.integer)):
            return str(int(value))
        if isinstance(value, (float, np.floating, Decimal)):
            number = float(value)
            whole = abs(number) < 2**53 and number.is_integer()
            return None if np.isnan(number) else str(int(number)) if whole else repr(number)
        if isinstance(value, date):
            moment = as_date(value)
            return None if moment is None else moment.isoformat()
        if isinstance(value, timedelta):
            return str(timedelta(microseconds=value // timedelta(microseconds=1)))
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)

    return [read(value) for value in column]


def as_dates(column, date_format=None):
    """A column as datetime64[us] in UTC, NaT where there is no date. Text is ISO or as given."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.to_numpy(dtype="datetime64[us]")
    return np.array([as_date(value, date_format) for value in column], dtype="datetime64[us]")


def as_date(value, date_format=None):
    """One value as a datetime in UTC without a zone, or None."""
    if date_format and not isinstance(value, (str, date)):
        (value,) = as_text([value])  # 20240131 by %Y%m%d
    try:
        if isinstance(value, str):
            text = value.strip()
            value = (
                datetime.strptime(text, date_format)
                if date_format
                else datetime.fromisoformat(text)
            )
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime) or value is pd.NaT:
            return None
        value = value.astimezone(timezone.utc) if value.tzinfo else value
    except (ValueError, OverflowError):
        return None
    return datetime(*value.timetuple()[:6], value.microsecond)


def fill_and_scale(known, values, fill, scale):
    """Fill missing values with the median of the known ones; scale by their mean and spread."""
    empty = np.isnan(known).all()
    if fill == "median":
        median = 0.0 if empty else np.nanmedian(known)
        known = np.where(np.isnan(known), median, known)
        values = np.where(np.isnan(values), median, values)
    if scale and not np.isnan(known).all():
        values = (values - np.nanmean(known)) / (np.nanstd(known) or 1.0)
    return values


# %% id="target" tags=["automl:target"]
target = "plan"
classes = ["basic", "plus", "pro"]

# Rows without an answer can neither teach nor measure.
table = table[table[target].notna()].reset_index(drop=True)
codes = {text: code for code, text in enumerate(as_text(classes))}
y = np.array([codes[text] for text in as_text(table[target])])


# %% id="split" tags=["automl:split"]
from sklearn.model_selection import GroupShuffleSplit

# Groups for one measurement at the end: rows of one group stay together.
holdout_share = 0.25
rows = np.arange(len(y))
development, holdout = rows, rows[:0]
if holdout_share > 0:
    groups, _ = pd.factorize(table["street"], use_na_sentinel=False)
    shuffle = GroupShuffleSplit(1, test_size=holdout_share, random_state=7)
    development, holdout = next(shuffle.split(rows, groups=groups))
development, holdout = np.sort(development), np.sort(holdout)


# %% [markdown] id="about-features" tags=["automl:about-features"]
# ## Features
#
# One function for each kind of column. It learns from the rows of `train` and gives the features
# of the rows of `frame`. A view puts some of them side by side: that matrix is what a model sees.


# %% id="step-category" tags=["automl:step-category"]
def category_features(train, frame, columns, target=None):
    """Categories as codes: their place among the sorted levels of training; NaN for any other."""
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        codes = {level: float(code) for code, level in enumerate(levels)}
        parts.append([codes.get(text, np.nan) for text in as_text(frame[column])])
    return np.column_stack(parts).astype("float64")


# %% id="step-number" tags=["automl:step-number"]
def number_features(
    train, frame, columns, target=None, *, parse=None, fill=None, scale=False, indicator=False
):
    """Numbers, each followed by a 0/1 mark of missing values where training had any."""
    parts = []
    for column in columns:
        known, values = as_numbers(train[column], parse), as_numbers(frame[column], parse)
        parts.append(fill_and_scale(known, values, fill, scale))
        if indicator and np.isnan(known).any():
            parts.append(np.isnan(values).astype("float64"))
    return np.column_stack(parts)


# %% id="step-boolean" tags=["automl:step-boolean"]
def boolean_features(train, frame, columns, target=None, *, true="True", false=None, fill=None):
    """1 for one word, 0 for the other (or any other); missing ones as training has most often."""

    def read(column):
        yes, no = {true: 1.0}, {false: 0.0} if false is not None else {}
        other = 0.0 if false is None else np.nan
        codes = {None: np.nan, **no, **yes}
        return np.array([codes.get(text, other) for text in as_text(column)], dtype="float64")

    parts = []
    for column in columns:
        known, values = read(train[column]), read(frame[column])
        if fill == "most_frequent":
            most_frequent = float((known == 1).sum() > (known == 0).sum())
            values = np.where(np.isnan(values), most_frequent, values)
        parts.append(values)
    return np.column_stack(parts)


# %% id="step-date" tags=["automl:step-date"]
def date_features(train, frame, columns, target=None, *, date_format=None, fill=None, scale=False):
    """Days since 1970, year, month, day, weekday, and the hour where training has times of day."""

    def split(moments):
        days = (moments - np.datetime64(0, "us")) / np.timedelta64(1, "D")
        dates = pd.DatetimeIndex(moments)
        return [days, dates.year, dates.month, dates.day, dates.weekday, dates.hour]

    parts = []
    for column in columns:
        known, values = as_dates(train[column], date_format), as_dates(frame[column], date_format)
        present = pd.DatetimeIndex(known[~np.isnat(known)])
        n_parts = 6 if (present != present.normalize()).any() else 5
        for one, other in list(zip(split(known), split(values)))[:n_parts]:
            one, other = np.asarray(one, "float64"), np.asarray(other, "float64")
            parts.append(fill_and_scale(one, other, fill, scale))
    return np.column_stack(parts)


# %% id="step-folds" tags=["automl:step-folds"]
def inner_folds(train, n_folds, seed):
    """A fold for each row of `train`: what is made of targets is made out of fold.

    Rows of one group stay together, so that no row learns from its own group either.
    """
    shuffled = np.random.default_rng(seed).permutation
    group_of, groups = pd.factorize(table.loc[train.index, "street"], use_na_sentinel=False)
    if len(groups) < 2:
        return shuffled(len(train)) % n_folds
    return (shuffled(len(groups)) % n_folds)[group_of]


# %% id="step-target-mean" tags=["automl:step-target-mean"]
def target_mean_features(
    train, frame, columns, target=None, *, smoothing=10.0, n_folds=5, seed=0, n_classes=0
):
    """The mean target of a level, drawn towards the mean of all rows, and log(1 + its rows).

    The training rows get the means of the other folds, so that no row sees its own target.
    """
    goals = [(target == code).astype("float64") for code in range(n_classes)]
    goals = goals or [target.astype("float64")]
    folds = inner_folds(train, n_folds, seed)
    parts = []
    for column in columns:
        levels = sorted({text for text in as_text(train[column]) if text is not None})
        codes_of = {level: code for code, level in enumerate(levels, start=1)}
        known = np.array([codes_of.get(text, 0) for text in as_text(train[column])], dtype=int)
        codes = np.array([codes_of.get(text, 0) for text in as_text(frame[column])], dtype=int)

        def sums(rows, weights=None):
            rows = rows & (known > 0)
            weights = None if weights is None else weights[rows]
            return np.bincount(known[rows], weights=weights, minlength=len(levels) + 1)

        def means(rows, goal):
            return (sums(rows, goal) + smoothing * goal.mean()) / (sums(rows) + smoothing)

        for goal in goals:
            encoded = means(folds >= 0, goal)[codes]
            if frame is train:
                for fold in np.unique(folds):
                    encoded[folds == fold] = means(folds != fold, goal)[codes[folds == fold]]
            parts.append(encoded)
        parts.append(np.log1p(sums(folds >= 0))[codes])
    return np.column_stack(parts)


# %% id="step-relevance" tags=["automl:step-relevance"]
def even_rows(n_rows, most=10_000):
    """At most so many row numbers, evenly spaced."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(int))


def margin(n_rows):
    """What a correlation must gain to be more than chance: two standard errors."""
    return 2 / n_rows**0.5


def centred_ranks(X):
    ranks = pd.DataFrame(X).rank()
    return (ranks - ranks.mean()).fillna(0.0).to_numpy()


def goals_of(target, n_classes):
    """What ranks are compared with: the target's ranks, or a 0/1 column for each class."""
    if n_classes:
        goals = (target[:, None] == np.arange(n_classes)).astype("float64")
    else:
        goals = centred_ranks(target)
    return goals, np.maximum((goals**2).sum(axis=0), 1)


def relevance(X, target, n_classes):
    """The absolute rank correlation of each column with the target (Spearman).

    For more than two classes, the correlation ratio of the ranks. A missing value counts as the
    middle rank.
    """
    ranked = centred_ranks(X)
    goals, sizes = goals_of(target, n_classes)
    between = (ranked.T @ goals) ** 2 / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum((ranked**2).sum(axis=0), 1)).round(9)


def relevance_of_sums(X, target, n_classes, pairs):
    """The relevance of the best weighted sum of the ranks of two columns, for some pairs."""
    ranked = centred_ranks(X)
    goals, sizes = goals_of(target, n_classes)
    with_goals, with_others = ranked.T @ goals, ranked.T @ ranked
    found = []
    for i, j in pairs:
        a, b, c = with_others[i, i], with_others[j, j], with_others[i, j]
        one, other = with_goals[i], with_goals[j]
        between = b * one**2 - 2 * c * one * other + a * other**2
        if a * b - c * c > 1e-6 * a * b:
            found.append(((between / sizes).sum() / (a * b - c * c)) ** 0.5)
        else:  # one is as good as both
            alone = [(one**2 / sizes).sum() / max(a, 1), (other**2 / sizes).sum() / max(b, 1)]
            found.append(max(alone) ** 0.5)
    return np.array(found).round(9)


# %% id="step-text" tags=["automl:step-text"]
from collections import Counter

from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge


def text_features(
    train,
    frame,
    columns,
    target=None,
    *,
    analyzer="word",
    max_features=5000,
    components=32,
    forecast=False,
    n_folds=5,
    seed=0,
    n_classes=0,
):
    """The terms of a text, weighed by TF-IDF, in a few dimensions (latent semantics).

    The forecast is what a linear model on the terms says of the target. The training rows get
    that of the other folds, so that no row sees its own target.
    """
    rows = even_rows(len(train), 20_000)
    folds = inner_folds(train, n_folds, seed)
    settings = {
        "analyzer": analyzer,
        "ngram_range": (1, 2) if analyzer == "word" else (3, 4),
        "sublinear_tf": True,
    }
    parts = [np.empty((len(frame), 0))]
    for column in columns:
        known = [text or "" for text in as_text(train[column])]
        values = [text or "" for text in as_text(frame[column])]
        terms_of = TfidfVectorizer(**settings).build_analyzer()
        counts = Counter(term for text in known for term in terms_of(text))
        terms = sorted(counts, key=lambda term: (-counts[term], term))[:max_features]
        if len(terms) < 2:
            continue  # one term tells no two rows apart
        vectorizer = TfidfVectorizer(vocabulary=sorted(terms), **settings)
        weights = vectorizer.fit_transform(known)
        new = vectorizer.transform(values)
        size = min(components, len(rows), len(terms))
        if size:
            svd = TruncatedSVD(size, n_iter=3, random_state=seed).fit(weights[rows])
            parts.append(new @ svd.components_.T)
        if not forecast:
            continue
        goals = [(target == code).astype("float64") for code in range(n_classes)]
        goals = np.column_stack(goals or [target.astype("float64")])

        def predicted(learn, apply, shape=goals.shape):
            ridge = Ridge(solver="sparse_cg").fit(weights[learn], goals[learn])
            return ridge.predict(apply).reshape(-1, shape[1])

        outputs = predicted(rows, new)
        if frame is train:
            for fold in np.unique(folds):
                outputs[folds == fold] = predicted(rows[folds[rows] != fold], new[folds == fold])
        parts.append(outputs)
    return np.hstack(parts)


# %% id="step-one-hot" tags=["automl:step-one-hot"]
from collections import Counter


def one_hot_features(train, frame, columns, target=None, *, min_count=1, max_levels=30):
    """One 0/1 column for each frequent level of training; other values set none."""
    parts = []
    for column in columns:
        counts = Counter(text for text in as_text(train[column]) if text is not None)
        frequent = [level for level in counts if counts[level] >= min_count]
        frequent = sorted(frequent, key=lambda level: (-counts[level], level))[:max_levels]
        texts = np.array(as_text(frame[column]), dtype=object)
        parts += [(texts == level).astype("float64") for level in sorted(frequent)]
    return np.column_stack(parts) if parts else np.empty((len(frame), 0))


# %% id="views" tags=["automl:views"]
views = {}


# %% id="view-tree" tags=["automl:view-tree"]
def features(train, frame, target):
    return np.hstack(
        [
            category_features(
                train,
                frame,
                ["city"],
            ),
            number_features(
                train,
                frame,
                ["age"],
                parse=None,
                fill=None,
                scale=False,
                indicator=False,
            ),
            number_features(
                train,
                frame,
                ["paid"],
                parse={"decimal": ",", "thousands": "."},
                fill=None,
                scale=False,
                indicator=False,
            ),
            boolean_features(
                train,
                frame,
                ["active"],
                true="yes",
                false="no",
                fill=None,
            ),
            date_features(
                train,
                frame,
                ["since"],
                date_format="%Y-%m-%d",
                fill=None,
                scale=False,
            ),
            target_mean_features(
                train,
                frame,
                ["street"],
                target,
                smoothing=10.0,
                n_folds=5,
                seed=0,
                n_classes=3,
            ),
            text_features(
                train,
                frame,
                ["note"],
                target,
                analyzer="word",
                max_features=100,
                components=3,
                forecast=False,
                n_folds=5,
                seed=0,
                n_classes=3,
            ),
        ]
    )


views["tree"] = features


# %% id="view-dense" tags=["automl:view-dense"]
def features(train, frame, target):
    return np.hstack(
        [
            number_features(
                train,
                frame,
                ["age"],
                parse=None,
                fill="median",
                scale=True,
                indicator=True,
            ),
            number_features(
                train,
                frame,
                ["paid"],
                parse={"decimal": ",", "thousands": "."},
                fill="median",
                scale=True,
                indicator=True,
            ),
            boolean_features(
                train,
                frame,
                ["active"],
                true="yes",
                false="no",
                fill="most_frequent",
            ),
            date_features(
                train,
                frame,
                ["since"],
                date_format="%Y-%m-%d",
                fill="median",
                scale=True,
            ),
            one_hot_features(
                train,
                frame,
                ["city"],
                min_count=3,
                max_levels=50,
            ),
            target_mean_features(
                train,
                frame,
                ["street"],
                target,
                smoothing=10.0,
                n_folds=5,
                seed=0,
                n_classes=3,
            ),
            text_features(
                train,
                frame,
                ["note"],
                target,
                analyzer="word",
                max_features=100,
                components=3,
                forecast=False,
                n_folds=5,
                seed=0,
                n_classes=3,
            ),
        ]
    )


views["dense"] = features


# %% [markdown] id="about-members" tags=["automl:about-members"]
# ## Members
#
# Each learns from the matrix of its view, with the parameters and the number of rounds that the
# search found. The prediction is a weighted mean of theirs; the cells below them say which one, and
# how it is corrected, if it is.


# %% id="members" tags=["automl:members"]
members, member_views, weights, seeds, corrections = {}, {}, {}, {}, {}


# %% id="member-xgboost" tags=["automl:member-xgboost"]
import numpy as np
import xgboost
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """Gradient-boosted trees of XGBoost, grown level by level on histograms."""
    types = ["c" if i in [0] else "q" for i in range(X.shape[1])]
    row_weights = compute_sample_weight(None, y)
    rows = xgboost.DMatrix(X, y, weight=row_weights, feature_types=types, enable_categorical=True)
    params = {
        "params": {
            "objective": "multi:softprob",
            "num_class": 3,
            "tree_method": "hist",
            "learning_rate": 0.3,
            "max_depth": 3,
            "seed": 7,
            "seed_per_iteration": True,
            "nthread": 1,
            "verbosity": 0,
        },
        "num_boost_round": 10,
    }
    params["params"]["seed"] = seed
    model = xgboost.train(dtrain=rows, **params)

    def predict(X):
        rows = xgboost.DMatrix(X, feature_types=types, enable_categorical=True)
        p = model.predict(rows).astype("float64")
        p = np.column_stack([1 - p, p]) if p.ndim == 1 else p  # two classes come as one number
        return p / p.sum(axis=1, keepdims=True)  # float32: they sum to 1 by seven digits

    return predict


members["xgboost"] = member
member_views["xgboost"] = "tree"
weights["xgboost"] = 0.75
seeds["xgboost"] = [7, 8]


# %% id="member-extra_trees" tags=["automl:member-extra_trees"]
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.utils.class_weight import compute_sample_weight


def member(X, y, seed):
    """A forest of trees with random thresholds."""
    params = {"n_estimators": 20, "random_state": 7, "n_jobs": 1}
    params["random_state"] = seed
    model = ExtraTreesClassifier(**params)
    model.fit(X, y, sample_weight=compute_sample_weight(None, y))
    model.set_params(n_jobs=1)  # threads would add up the trees in any order

    def predict(X):
        probabilities = np.zeros((len(X), 3))
        probabilities[:, model.classes_] = model.predict_proba(X)
        return probabilities

    return predict


members["extra_trees"] = member
member_views["extra_trees"] = "dense"
weights["extra_trees"] = 0.25
seeds["extra_trees"] = [7]


# %% id="combine" tags=["automl:combine"]
def combine(predictions):
    """The weighted mean of the members' predictions."""
    return sum(weights[name] * predicted for name, predicted in predictions.items())


# %% id="blend" tags=["automl:blend"]
from threadpoolctl import threadpool_limits

# Linear algebra in one thread: several add up in any order, which changes the last digits.
threadpool_limits(1, user_api="blas")


def fit(train, y_train):
    """Fit every member on the rows of `train`, once with each of its seeds; return a function that
    predicts other rows.
    """
    matrices = {view: features(train, train, y_train) for view, features in views.items()}
    fitted = {
        name: [member(matrices[member_views[name]], y_train, seed) for seed in seeds[name]]
        for name, member in members.items()
    }

    def predict(frame):
        """The members' predictions, combined into one and corrected."""
        # A copy, for a view has special features for the very rows that it learns from.
        frame = frame.copy()
        matrices = {view: features(train, frame, y_train) for view, features in views.items()}
        predicted = combine(
            {
                name: sum(fit(matrices[member_views[name]]) for fit in fits) / len(fits)
                for name, fits in fitted.items()
            }
        )
        for correct in corrections.values():
            predicted = correct(predicted)
        return predicted

    return predict


# %% id="decide" tags=["automl:decide"]
def decide(probabilities):
    """The code of each row's most probable class."""
    return probabilities.argmax(axis=1)


# %% [markdown] id="about-holdout" tags=["automl:about-holdout"]
# ## One measurement
#
# The members learn from the development rows and predict the holdout, which no choice has seen.


# %% id="holdout" tags=["automl:holdout"]
predict_holdout = fit(table.iloc[development], y[development])
predicted = predict_holdout(table.iloc[holdout])
y_holdout = y[holdout]


# %% id="metric" tags=["automl:metric"]
from sklearn.metrics import log_loss

score = log_loss(y_holdout, predicted, labels=range(len(classes)))
score


# %% [markdown] id="about-refit" tags=["automl:about-refit"]
# ## The model to keep
#
# The same members, on all rows.


# %% id="predict" tags=["automl:predict"]
predict_shares = fit(table, y)


def predict_proba(frame):
    """The probability of each class for the rows of `frame`."""
    return pd.DataFrame(predict_shares(frame), columns=classes, index=frame.index)


def predict(frame):
    """The class of each row of `frame`."""
    labels = np.array(classes, dtype=object)
    return pd.Series(labels[decide(predict_proba(frame).to_numpy())], index=frame.index)


predict(table.head())


# %% id="score" tags=["score", "automl:score"]
import json

print(json.dumps({"metric": "log_loss", "score": float(score), "rows": len(holdout)}))
