from sklearn.metrics import f1_score

score = f1_score(y_holdout, decide(predicted), zero_division=np.nan)
score
