from automl_magic import data, explain

data_table = data.load(data_source)
explainer = explain.Explainer(
    data_table,
    search_dir=search_dir,
    data_fingerprint=data.fingerprint(data_table),
    sensitive=slot("sensitive"),
    immutable=immutable,
    budget_s=budget_s,
)
explainer
