data_source = "data.csv"  # the table that is judged: a path, or sklearn:NAME
