target = slot("target")

# Drop the rows without a target.
y = as_numbers(table[target], slot("parse"))
table, y = table[~np.isnan(y)].reset_index(drop=True), y[~np.isnan(y)]
