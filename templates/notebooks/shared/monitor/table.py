data_source = "data.csv"  # the table to check: a path, or sklearn:NAME
