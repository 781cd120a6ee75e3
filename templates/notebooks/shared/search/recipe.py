recipe = learn.recipe(task, split, views, ensemble, data_fingerprint=data.fingerprint(table))
recipe
