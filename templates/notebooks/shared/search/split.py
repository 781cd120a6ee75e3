split = learn.split(
    task,
    kind=slot("kind"),
    folds=slot("folds"),
    repeats=slot("repeats"),
    holdout=slot("holdout"),
    column=slot("column"),
    date_format=slot("date_format"),
)
split
