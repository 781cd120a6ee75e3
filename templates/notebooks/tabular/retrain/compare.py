recent = data.load(recent_source)
compared = retrain.compare(model, champion_dir, recent, seed=seed)
compared
