from sklearn.metrics import mean_absolute_error

score = mean_absolute_error(y_holdout, predicted)
score
