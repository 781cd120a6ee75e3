deployment = ""  # the deployment; empty for a table that no endpoint logged
model = ""  # the model's name, for display
version = 0  # the model version to check; 0 if the model isn't registered
model_dir = "model"  # the folder with the model and its reference
manifest_sha256 = ""  # the digest of the approved model; empty if unknown
window_start = ""  # ISO 8601, inclusive
window_end = ""  # ISO 8601, exclusive
run_dir = "monitor-output"  # output folder for the report
