"""Backups: one encrypted file of all rows, made while people write, and the way back from it.

`container.py` is the file, `rows.py` the form rows have in it, `snapshot.py` how they are read while others
write, `archive.py` what makes a backup of them, `restore.py` and `move.py` what puts them into a database.
"""
