target = slot("target")

# Rows without an answer can neither teach nor measure.
table = table[table[target].notna()].reset_index(drop=True)
y = as_numbers(table[target])
