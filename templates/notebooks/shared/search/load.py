from automl_magic import data, learn

data_table = data.load(data_source)
data_table.head()
