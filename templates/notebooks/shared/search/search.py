import IPython.display

with learn.live(IPython.display.display) as live_plot:
    search = learn.search(
        task,
        split,
        views,
        candidates,
        budget_s=budget_s,
        sampler=slot("sampler"),
        max_trials=slot("max_trials"),
        early_stopping=slot("early_stopping"),
        run_dir=run_dir,
        replay=replay,
        live=live_plot,
    )
