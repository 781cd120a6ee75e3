deployment = ""  # the endpoint; empty where a table is judged that none has logged
model = ""  # the model's name, for reading
version = 0  # which version's answers are judged; 0 where a model has none
model_dir = "model"  # the folder with the model and its reference
manifest_sha256 = ""  # the digest of the model that was approved; empty where none is known
window_start = ""  # ISO 8601; what was predicted from here on
window_end = ""  # to before here
run_dir = "monitor-output"  # where the report is written
