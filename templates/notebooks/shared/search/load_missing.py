from automl_magic import data, learn

table = data.load(data_source, missing=slot("missing"))
table.head()
