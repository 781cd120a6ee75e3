holdout = learn.evaluate_once(recipe, task, split)
holdout
