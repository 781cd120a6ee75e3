search.leaderboard()
