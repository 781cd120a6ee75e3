split = learn.split(
    task,
    kind=slot("split_kind"),
    folds=slot("folds"),
    holdout=slot("holdout"),
    column=slot("split_column"),
)
split
