from sklearn.metrics import roc_auc_score

# Each class against the rest, except classes without a holdout row.
areas = [roc_auc_score(y_holdout == code, predicted[:, code]) for code in np.unique(y_holdout)]
score = np.mean(areas)
score
