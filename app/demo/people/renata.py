"""Renata: long in maintenance, four weeks apart. Knows now why people go out to dinner."""

from datetime import time

from app.demo.plan import CadencePlan, CheckInPlan, Story, Words, each, ratings

RENATA = Story(
    key="renata",
    name="Renata Okafor",
    email="renata@harbor.example",
    team=("lindqvist", "mensah"),
    joined=-84,
    phq_profile=(8, 5, 4, 5, 6, 4, 3, 1),
    gad_profile=(4, 3, 4, 5, 1, 2, 2),
    visits=each("ketamine_im", (-77, -49, -21, 7, 35), time(9, 15), 90, "Harbor Clinic, room 3"),
    cadences=(CadencePlan("ketamine_im", 28, -77),),
    check_ins=(
        CheckInPlan(
            -78,
            time(18, 5),
            phq9=13,
            gad7=7,
            difficulty=1,
            today=4,
            hedonic=Words("same", "Food is fuel. People are appointments.", ("unsure",)),
        ),
        CheckInPlan(-70, time(18, 30), phq9=11, gad7=6, difficulty=1, today=5),
        CheckInPlan(
            -63,
            time(17, 45),
            phq9=9,
            gad7=5,
            difficulty=1,
            today=6,
            hedonic=Words(
                "easier", "I smelled the neighbour's basil. Went back out to smell it again.", ("ketamine",)
            ),
        ),
        CheckInPlan(-50, time(19, 0), phq9=10, gad7=6, difficulty=1, today=5),
        CheckInPlan(
            -42,
            time(22, 20),
            phq9=7,
            gad7=4,
            difficulty=0,
            today=7,
            hedonic=Words(
                "easier",
                "For the first time I know why people go out to dinner. I always went for the others. "
                "There was a candle and a bad joke and bread, and I did not want the bill to come.",
                ("ketamine",),
            ),
            executive=Words("same", "", ()),
        ),
        CheckInPlan(
            -35,
            time(18, 15),
            phq9=6,
            gad7=4,
            difficulty=0,
            today=7,
            hedonic=Words(
                "easier", "Asked two people to dinner. My idea. They looked surprised.", ("ketamine",)
            ),
        ),
        CheckInPlan(
            -22,
            time(18, 50),
            phq9=8,
            gad7=5,
            difficulty=1,
            today=6,
            hedonic=Words(
                "harder",
                "Flatter this week, as it is before the next one. The bread is only bread.",
                ("unsure",),
            ),
        ),
        CheckInPlan(-14, time(18, 20), phq9=5, gad7=3, difficulty=0, today=7),
        CheckInPlan(
            -4,
            time(20, 35),
            phq9=6,
            gad7=3,
            difficulty=0,
            today=7,
            executive=Words(
                "easier", "Said no to a third committee. In writing. Pressed send.", ("therapy",)
            ),
            hedonic=Words(
                "easier", "The new place by the harbor. I had an opinion about the soup.", ("ketamine",)
            ),
        ),
        *ratings((-60, 6), (-56, 5), (-46, 7), (-38, 7), (-30, 6), (-26, 6), (-18, 8), (-17, 7), (-9, 7)),
    ),
)
