import pandas as pd

table = pd.read_parquet(data_path).reset_index(slot("index")).reset_index(drop=True)
table.head()
