"""Noor: joined yesterday. Six visits booked, nothing written yet."""

from datetime import time

from app.demo.plan import Story, each

NOOR = Story(
    key="noor",
    name="Noor Haddad",
    email="noor@harbor.example",
    team=("lindqvist",),
    joined=-1,
    agreed=False,
    visits=each("ketamine_iv", (6, 9, 13, 16, 20, 23), time(9, 0), 120, "Harbor Clinic, room 4"),
)
