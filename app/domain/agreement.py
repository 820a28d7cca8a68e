"""What somebody agrees to before the first check-in, and when an answer left lying goes by itself."""

# Of the three screens in check_in/before.html. Another meaning is another version, and asks everybody again.
VERSION = "1"
HOURS_UNFINISHED = 12
