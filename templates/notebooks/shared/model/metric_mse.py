from sklearn.metrics import mean_squared_error

score = mean_squared_error(y_holdout, predicted)
score
