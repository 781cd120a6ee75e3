"""wizard: the way in for people who write no code."""
