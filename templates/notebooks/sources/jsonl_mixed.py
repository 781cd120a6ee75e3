for name in table:
    # In columns that mix text and numbers, all values become text. 2.0 is 2.
    if pd.api.types.infer_dtype(table[name]) in ("mixed", "mixed-integer"):
        is_whole = table[name].map(lambda value: isinstance(value, float) and value.is_integer())
        table.loc[is_whole, name] = table.loc[is_whole, name].map(int)
        table[name] = table[name].map(str, na_action="ignore")
