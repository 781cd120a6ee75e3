from automl_magic import data, monitor

monitored_model = monitor.load_monitored_model(model_dir, manifest_sha256=manifest_sha256 or None)
window = monitor.read_table(
    data.load(data_source, missing=monitored_model.schema.missing),
    monitored_model,
    monitor.parse_time(window_start),
    monitor.parse_time(window_end),
    source=data_source,
    model=model,
    deployment=deployment or None,
    version=version or None,
)
thresholds = slot("thresholds")
analysis = monitor.WindowAnalysis(window, monitored_model, thresholds=thresholds)
analysis
