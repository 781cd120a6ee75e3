split = learn.split(
    task,
    kind=slot("split_kind"),
    folds=slot("folds"),
    repeats=slot("repeats"),
    holdout=slot("holdout"),
    column=slot("split_column"),
    date_format=slot("split_date_format"),
)
split
