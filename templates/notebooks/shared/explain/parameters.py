data_source = slot("data_source")  # a path, or sklearn:NAME
search_dir = "search-output"  # the folder of the run that found the model
immutable = []  # columns that counterfactuals don't change, besides the sensitive ones
budget_s = slot("budget_s")  # wall-clock seconds; slow methods stop at their share
run_dir = "explain-output"  # output folder for the explanation
