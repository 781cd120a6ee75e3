table = table.replace("", None)
