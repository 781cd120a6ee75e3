from sklearn.metrics import median_absolute_error

score = median_absolute_error(y_holdout, predicted)
score
