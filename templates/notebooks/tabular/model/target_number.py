target = slot("target")

# Drop the rows without a target.
table = table[table[target].notna()].reset_index(drop=True)
y = as_numbers(table[target])
