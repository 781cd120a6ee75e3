model = learn.refit(recipe, task)
