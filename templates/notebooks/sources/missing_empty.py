table = table.replace("", None).infer_objects()
