recent = data.load(recent_source)
answers = data.load(answers_source) if answers_source else None
compared = retrain.compare(model, champion_dir, recent, answers=answers, seed=seed)
compared
