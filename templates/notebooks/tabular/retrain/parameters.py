data_source = slot("data_source")  # the champion's table with new rows appended
recent_source = slot("recent_source")  # the newest rows: they measure, and teach nothing
champion_dir = slot("champion_dir")  # the folder of the model that serves
budget_s = slot("budget_s")  # wall-clock seconds from the search cell to the end of the refit
seed = slot("seed")
threads = slot("threads")
run_dir = "retrain-output"  # where the trials, the recipe and the model are written
replay = ""  # the folder of an earlier run: repeat its recipe instead of searching
