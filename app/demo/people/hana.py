"""Hana: good weeks, one bad stretch, and back."""

from datetime import time

from app.demo.plan import CadencePlan, CheckInPlan, Story, Words, each, ratings

HANA = Story(
    key="hana",
    name="Hana Sato",
    email="hana@harbor.example",
    team=("mensah", "lindqvist"),
    joined=-84,
    phq_profile=(6, 6, 8, 6, 3, 5, 4, 3),
    gad_profile=(5, 7, 6, 5, 2, 3, 4),
    safety_plan=(
        "Lamp on, tea, the blue notebook. Call Mika before midnight. After midnight: 988, and the clinic at "
        "8."
    ),
    visits=each(
        "esketamine", (-82, -68, -54, -40, -26, -12, 3, 17), time(15, 30), 150, "Harbor Clinic, room 5"
    ),
    cadences=(CadencePlan("esketamine", 14, -82),),
    check_ins=(
        CheckInPlan(-83, time(21, 0), phq9=9, gad7=8, difficulty=1, today=5),
        CheckInPlan(-76, time(20, 45), phq9=7, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -69,
            time(20, 50),
            phq9=6,
            gad7=5,
            difficulty=1,
            today=7,
            hedonic=Words("easier", "Played the piano with the lid open.", ("esketamine",)),
        ),
        CheckInPlan(-62, time(21, 10), phq9=6, gad7=5, difficulty=0, today=7),
        CheckInPlan(
            -55,
            time(20, 30),
            phq9=5,
            gad7=4,
            difficulty=0,
            today=7,
            executive=Words(
                "easier", "Booked the flight. Did not compare forty of them first.", ("esketamine",)
            ),
        ),
        CheckInPlan(-48, time(20, 40), phq9=7, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -41,
            time(23, 15),
            phq9=13,
            gad7=10,
            difficulty=2,
            today=3,
            executive=Words(
                "harder", "Three days of dishes. I look at them and they look at me.", ("unsure",)
            ),
            hedonic=Words("harder", "Lid closed.", ("unsure",)),
        ),
        CheckInPlan(
            -34,
            time(23, 40),
            phq9=17,
            gad7=13,
            difficulty=3,
            today=2,
            hedonic=Words(
                "harder",
                "I thought I had left this room for good and somebody kept my chair warm.",
                ("unsure",),
            ),
        ),
        CheckInPlan(
            -27,
            time(22, 30),
            phq9=14,
            gad7=11,
            difficulty=2,
            today=3,
            executive=Words("same", "Dishes done. Nothing else done.", ()),
        ),
        CheckInPlan(
            -20,
            time(21, 15),
            phq9=10,
            gad7=8,
            difficulty=1,
            today=5,
            hedonic=Words("easier", "Laughed on the phone, once, by accident.", ("esketamine", "therapy")),
        ),
        CheckInPlan(-13, time(20, 55), phq9=8, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -6,
            time(20, 40),
            phq9=6,
            gad7=5,
            difficulty=0,
            today=7,
            executive=Words(
                "easier",
                "Looked at the graph with Dr. Mensah. It went up, it went down, I am still here and so is "
                "the piano.",
                ("esketamine",),
            ),
            hedonic=Words("easier", "Lid open again.", ("esketamine",)),
        ),
        CheckInPlan(-1, time(19, 25), in_person=True, unread=True),
        *ratings((-73, 6), (-58, 7), (-45, 5), (-38, 3), (-37, 2), (-31, 2), (-29, 3), (-24, 4), (-22, 5)),
        *ratings((-17, 5), (-10, 7), (-9, 7), (-2, 7)),
    ),
)
