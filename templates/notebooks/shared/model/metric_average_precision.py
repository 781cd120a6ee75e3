from sklearn.metrics import average_precision_score

# Undefined without a positive row.
has_positive = np.any(y_holdout == 1)
score = average_precision_score(y_holdout, predicted[:, 1]) if has_positive else np.nan
score
