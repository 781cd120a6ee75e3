search.plot()
