"""Marcus: a first series of ketamine, and a wife who sees it before Marcus does. She drives, too."""

from datetime import time

from app.demo.plan import CadencePlan, CaregiverPlan, CheckInPlan, ShouldKnow, Story, Words, each, ratings

MARCUS = Story(
    key="marcus",
    name="Marcus Bell",
    email="marcus@harbor.example",
    team=("mensah", "lindqvist"),
    joined=-50,
    phq_profile=(6, 5, 7, 7, 3, 4, 5, 4),
    gad_profile=(4, 4, 4, 6, 5, 7, 2),
    numbers_hidden=True,
    visits=each(
        "ketamine_iv", (-44, -41, -37, -34, -30, -27, -13, 2, 16), time(14, 0), 120, "Harbor Clinic, room 4"
    ),
    cadences=(CadencePlan("ketamine_iv", 14, -27),),
    caregiver=CaregiverPlan("dana", "Dana Bell", "dana@harbor.example", "en", -45, None),
    check_ins=(
        CheckInPlan(
            -45,
            time(21, 30),
            phq9=19,
            gad7=13,
            difficulty=2,
            today=2,
            executive=Words("harder", "Short fuse. Threw a remote. Not at anyone.", ("unsure",)),
            hedonic=Words(
                "harder", "Ask my wife. I couldn't tell you one thing I liked this month.", ("unsure",)
            ),
        ),
        CheckInPlan(-41, time(7, 58), phq9=18, gad7=12, difficulty=2, today=3),
        CheckInPlan(-37, time(8, 5), phq9=16, gad7=12, difficulty=2, today=3),
        CheckInPlan(
            -34,
            time(7, 49),
            phq9=15,
            gad7=10,
            difficulty=2,
            today=4,
            hedonic=Words(
                "same",
                "I'd say nothing changed. My wife says I laughed at the radio on Saturday. She wrote the "
                "date down.",
                ("unsure",),
            ),
        ),
        CheckInPlan(
            -30,
            time(8, 11),
            phq9=13,
            gad7=9,
            difficulty=1,
            today=5,
            executive=Words(
                "easier",
                "Kid spilled paint in the garage. My wife says I just handed over a rag. She says she was "
                "standing in the door holding her breath.",
                ("ketamine",),
            ),
        ),
        CheckInPlan(-27, time(7, 55), phq9=11, gad7=8, difficulty=1, today=5),
        CheckInPlan(
            -20,
            time(19, 20),
            phq9=10,
            gad7=7,
            difficulty=1,
            today=6,
            hedonic=Words(
                "easier",
                "She says I sang while washing the car. I don't remember deciding to. It was the whole song.",
                ("ketamine",),
            ),
        ),
        CheckInPlan(
            -14,
            time(21, 40),
            phq9=11,
            gad7=8,
            difficulty=1,
            today=5,
            should_know=ShouldKnow(
                ("medicine",), "New blood pressure pill since Tuesday. The bottle is in Dana's purse."
            ),
        ),
        CheckInPlan(-8, time(20, 44), phq9=10, gad7=7, difficulty=1, today=6),
        CheckInPlan(
            -2,
            time(20, 12),
            phq9=9,
            gad7=7,
            difficulty=1,
            today=6,
            executive=Words(
                "easier",
                "Did the taxes in two evenings. In other years that was two weeks and a fight.",
                ("ketamine",),
            ),
            hedonic=Words(
                "easier",
                "My wife says I slept through and did not walk the house. Also says I asked how her day "
                "was and then listened to the answer.",
                ("ketamine", "other"),
            ),
            unread=True,
        ),
        *ratings(
            (-43, 3), (-39, 3), (-32, 4), (-25, 6), (-23, 6), (-17, 5), (-12, 7), (-10, 7), (-4, 6), (-3, 5)
        ),
    ),
)
