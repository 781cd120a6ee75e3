from sklearn.metrics import average_precision_score

score = average_precision_score(y_holdout, predicted[:, 1])
score
