"""The verbs. Each takes its session and the time; none commits."""
