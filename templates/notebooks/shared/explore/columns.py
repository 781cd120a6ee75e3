plots.draw_columns(table, dataset, target)
