"""Ansel: in the middle of daily TMS. The day of walking away from the boss."""

from datetime import time

from app.demo.plan import CheckInPlan, CoursePlan, Story, Words, ratings

ANSEL = Story(
    key="ansel",
    name="Ansel Whitcomb",
    email="ansel@harbor.example",
    team=("lindqvist",),
    joined=-38,
    phq_profile=(5, 5, 5, 6, 4, 6, 8, 5),
    gad_profile=(6, 5, 5, 5, 5, 8, 3),
    course=CoursePlan(-33, (5, 5, 5, 5, 5, 5, 3, 2, 1), time(12, 10), "tms", 20, "Harbor Clinic, room 2"),
    check_ins=(
        CheckInPlan(
            -36,
            time(20, 2),
            phq9=20,
            gad7=16,
            difficulty=3,
            today=2,
            executive=Words(
                "harder",
                "Everything at work goes straight in. Somebody sighs and my whole day is gone.",
                ("unsure",),
            ),
        ),
        CheckInPlan(-33, time(7, 40), phq9=20, gad7=16, difficulty=3, today=2),
        CheckInPlan(
            -26,
            time(11, 20),
            phq9=19,
            gad7=15,
            difficulty=2,
            today=3,
            executive=Words(
                "same", "Tapping on the head, then back to the spreadsheet. That is all so far.", ()
            ),
        ),
        CheckInPlan(-19, time(11, 34), phq9=17, gad7=13, difficulty=2, today=3, offline_hours=9.5),
        CheckInPlan(
            -12,
            time(11, 25),
            phq9=14,
            gad7=11,
            difficulty=2,
            today=5,
            executive=Words(
                "easier",
                "Read a whole report without going back to the top. I noticed on page nine.",
                ("tms",),
            ),
            hedonic=Words("same", "", ("unsure",)),
        ),
        CheckInPlan(-5, time(11, 41), phq9=13, gad7=10, difficulty=1, today=5),
        CheckInPlan(
            -1,
            time(11, 48),
            phq9=12,
            gad7=9,
            difficulty=1,
            today=6,
            executive=Words(
                "easier",
                "My boss started in on me about the invoice, in front of people. I said I would think "
                "about it, put the pen down and walked away. Around the building once. Came back after "
                "lunch and it was just an invoice.",
                ("tms",),
            ),
            hedonic=Words("same", "Nothing much. The walk was all right.", ("unsure",)),
            unread=True,
        ),
        *ratings((-30, 2), (-24, 3), (-22, 3), (-17, 4), (-15, 4), (-10, 5), (-9, 6), (-3, 6), (-2, 6)),
    ),
)
