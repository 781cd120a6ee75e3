target = slot("target")
classes = slot("classes")

# Drop the rows without a target.
is_number = ~np.isnan(as_numbers(table[target], slot("parse")))
table = table[is_number].reset_index(drop=True)
codes = {text: code for code, text in enumerate(as_text(classes))}
y = np.array([codes[text] for text in as_text(table[target])])
