views = {}
candidates = {}
