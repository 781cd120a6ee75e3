from automl_magic.monitor import retrain

rows = slot("rows")
excluded = slot("excluded")
retrain.show_sources(rows, excluded)
