data_source = slot("data_source")  # a path, or sklearn:NAME
search_dir = "search-output"  # the folder of the run that found the model
immutable = []  # columns that no counterfactual may change, beside the sensitive ones
budget_s = slot("budget_s")  # wall-clock seconds; what takes long stops at its share of them
run_dir = "explain-output"  # where the explanation is written
