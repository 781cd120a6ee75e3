plots.draw_missing(dataset)
