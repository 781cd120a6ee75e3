from automl_magic import data
from automl_magic.data import plots

table = data.load(data_source)
data.preview(table, personal=slot("personal"))
