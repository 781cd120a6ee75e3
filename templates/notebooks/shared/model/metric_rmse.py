from sklearn.metrics import root_mean_squared_error

score = root_mean_squared_error(y_holdout, predicted)
score
