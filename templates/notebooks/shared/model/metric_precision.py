from sklearn.metrics import precision_score

score = precision_score(y_holdout, decide(predicted), zero_division=0.0)
score
