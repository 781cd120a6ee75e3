import json

# JSON has no NaN: a metric that's undefined on the holdout rows has no score.
value = float(score) if np.isfinite(score) else None
print(json.dumps({"metric": slot("metric"), "score": value, "rows": len(holdout)}))
