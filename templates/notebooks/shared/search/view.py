views[slot("view")] = slot("steps")
