import pandas as pd

# Turn off pandas' type guesses: "007" stays text, and `sold_at` may hold something else than dates.
table = pd.read_json(
    data_path,
    lines=slot("lines"),
    orient=slot("orient"),
    encoding=slot("encoding"),
    dtype=slot("dtype"),
    convert_axes=slot("convert_axes"),
    convert_dates=slot("convert_dates"),
    precise_float=slot("precise_float"),
)
table.head()
