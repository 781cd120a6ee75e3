target = slot("target")
classes = slot("classes")

# Rows without an answer can neither teach nor measure.
table = table[table[target].notna()].reset_index(drop=True)
codes = {text: code for code, text in enumerate(as_text(classes))}
y = np.array([codes[text] for text in as_text(table[target])])
