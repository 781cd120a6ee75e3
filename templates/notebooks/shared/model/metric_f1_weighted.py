from sklearn.metrics import f1_score

score = f1_score(y_holdout, decide(predicted), average="weighted", zero_division=0.0)
score
