"""Statistical tests and distances, one per file. Each compares shares or values with a reference.

They don't depend on columns, windows or thresholds. `Shares` are two distributions over the same
bins. A *test* returns a p-value, a *distance* doesn't.
"""
