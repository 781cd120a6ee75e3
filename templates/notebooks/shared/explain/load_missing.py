from automl_magic import data, explain

table = data.load(data_source, missing=slot("missing"))
explainer = explain.Explainer(
    table,
    search_dir=search_dir,
    data_fingerprint=data.fingerprint(table),
    sensitive=slot("sensitive"),
    immutable=immutable,
    personal=slot("personal"),
    budget_s=budget_s,
)
explainer
