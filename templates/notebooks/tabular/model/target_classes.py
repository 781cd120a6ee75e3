target = slot("target")
classes = slot("classes")

# Drop the rows without a target.
table = table[table[target].notna()].reset_index(drop=True)
codes = {text: code for code, text in enumerate(as_text(classes))}
y = np.array([codes[text] for text in as_text(table[target])])
