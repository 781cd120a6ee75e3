plots.draw_target(table, dataset, target)
