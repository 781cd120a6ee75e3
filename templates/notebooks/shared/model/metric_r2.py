from sklearn.metrics import r2_score

score = r2_score(y_holdout, predicted, force_finite=False)
score
