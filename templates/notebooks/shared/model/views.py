views = {}
