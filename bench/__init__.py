"""The budgets, measured beside their floors. `make bench` prints them and writes build/bench.json."""
