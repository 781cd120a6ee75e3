import json

# There is no holdout, so there is no score.
print(json.dumps({"metric": slot("metric"), "score": None, "rows": 0}))
