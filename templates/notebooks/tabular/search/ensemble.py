ensemble = learn.ensemble(search, max_members=slot("max_members"))
ensemble
