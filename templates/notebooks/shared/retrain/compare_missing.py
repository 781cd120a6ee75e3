recent = data.load(recent_source, missing=slot("missing"))
champion_predictions = data.load(answers_source) if answers_source else None
comparison = retrain.compare(
    model, champion_dir, recent, champion_predictions=champion_predictions, seed=seed
)
comparison
