from sklearn.metrics import roc_auc_score

# Each class against the rest; a class without a row in the holdout has no area.
areas = [roc_auc_score(y_holdout == code, predicted[:, code]) for code in np.unique(y_holdout)]
score = np.mean(areas)
score
