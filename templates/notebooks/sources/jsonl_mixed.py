for name in table:
    # In columns that mix text and numbers, all values become text.
    if pd.api.types.infer_dtype(table[name]) in ("mixed", "mixed-integer"):
        table[name] = table[name].map(str, na_action="ignore")
