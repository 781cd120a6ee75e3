import pyarrow.parquet as pq

for name in slot("exact"):  # integers that floats can't hold become text
    table[name] = pq.read_table(data_path, columns=[name])[name].cast("string").to_pandas()
