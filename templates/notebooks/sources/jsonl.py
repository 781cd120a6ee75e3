import pandas as pd

# Without pandas' guesses: the text "007" is no number, `sold_at` may be a column without dates.
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
for name in table:
    # Where words and numbers are mixed, all are words.
    if pd.api.types.infer_dtype(table[name]) in ("mixed", "mixed-integer"):
        table[name] = table[name].map(str, na_action="ignore")
table.head()
