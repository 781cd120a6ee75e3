recipe = learn.recipe(task, split, views, ensemble)
recipe
