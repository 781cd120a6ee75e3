task = learn.Task(
    table,
    target=slot("target"),
    kind=slot("kind"),
    metric=slot("metric"),
    classes=slot("classes"),
    parse=slot("parse"),
    imbalance=slot("imbalance"),
    personal=slot("personal"),
    seed=seed,
    threads=threads,
)
task
