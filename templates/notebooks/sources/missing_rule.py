# Texts that stand for a missing value, and those of columns that have their own.
words = slot("all")
own_words = slot("columns")
for name in table:
    table[name] = table[name].mask(table[name].isin(own_words.get(name, words)))
table = table.infer_objects()
