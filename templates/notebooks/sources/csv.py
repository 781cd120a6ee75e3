import pandas as pd

table = pd.read_csv(
    data_path,
    sep=slot("sep"),
    encoding=slot("encoding"),
    float_precision=slot("float_precision"),
    low_memory=slot("low_memory"),
)
table.head()
