from sklearn.metrics import log_loss

score = log_loss(y_holdout, predicted, labels=range(len(classes)))
score
