from sklearn.metrics import roc_auc_score

score = roc_auc_score(y_holdout, predicted[:, 1])
score
