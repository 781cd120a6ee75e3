"""measures: one test or distance a file. Each compares shares or values with a reference.

They know nothing of columns, windows or thresholds. `Shares` are the two distributions over the
same bins; a *test* returns a p-value, a *distance* does not.
"""
