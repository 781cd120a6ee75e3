data_source = slot("data_source")  # a path, or sklearn:NAME
budget_s = slot("budget_s")  # wall-clock seconds from the search cell to the end of the refit
seed = slot("seed")
threads = slot("threads")
run_dir = "search-output"  # output folder for the trials, the recipe and the model
replay = ""  # the folder of an earlier run: repeat its recipe instead of searching
