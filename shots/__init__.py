"""A picture of every screen. `make shots` writes them to build/shots with one page that shows them all."""
