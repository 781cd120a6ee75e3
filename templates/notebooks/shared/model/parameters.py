data_path = slot("data_path")
