from sklearn.metrics import brier_score_loss

score = brier_score_loss(y_holdout, predicted, labels=range(len(classes)))
score
