from sklearn.metrics import matthews_corrcoef

score = matthews_corrcoef(y_holdout, decide(predicted))
score
