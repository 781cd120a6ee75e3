data_source = slot("data_source")  # a path, or sklearn:NAME
target = slot("target")  # the column to predict
