from sklearn.metrics import balanced_accuracy_score

score = balanced_accuracy_score(y_holdout, decide(predicted))
score
