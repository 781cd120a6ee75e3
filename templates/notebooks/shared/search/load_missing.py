from automl_magic import data, learn

table = data.load(data_source, missing=slot("missing"))
data.preview(table, personal=slot("personal"))
