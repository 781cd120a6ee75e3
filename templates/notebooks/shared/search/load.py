from automl_magic import data, learn

table = data.load(data_source)
data.preview(table, personal=slot("personal"))
