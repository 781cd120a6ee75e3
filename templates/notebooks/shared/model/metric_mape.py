from sklearn.metrics import mean_absolute_percentage_error

score = mean_absolute_percentage_error(y_holdout, predicted)
score
