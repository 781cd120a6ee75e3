from sklearn.metrics import root_mean_squared_log_error

score = root_mean_squared_log_error(y_holdout, np.maximum(predicted, 0))
score
