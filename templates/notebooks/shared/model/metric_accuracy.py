from sklearn.metrics import accuracy_score

score = accuracy_score(y_holdout, decide(predicted))
score
