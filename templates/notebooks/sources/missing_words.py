table = table.replace("", None)
for name, words in slot("missing").items():  # texts that stand for a missing value
    table[name] = table[name].mask(table[name].isin(words))
table = table.infer_objects()
