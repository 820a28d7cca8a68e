"""Dev: ketamine held for a year; then the visits were stretched because of what they cost."""

from datetime import time

from app.demo.plan import (
    AlertPlan,
    Attempt,
    CadencePlan,
    CheckInPlan,
    ShouldKnow,
    Standing,
    Story,
    VisitPlan,
    Words,
    each,
    ratings,
)

DEV = Story(
    key="dev",
    name="Dev Raman",
    email="dev@harbor.example",
    team=("mensah", "lindqvist"),
    sends_unfinished=False,
    joined=-84,
    phq_profile=(6, 6, 5, 7, 4, 5, 5, 2),
    gad_profile=(5, 7, 7, 5, 2, 3, 4),
    visits=(
        *each("ketamine_iv", (-79, -58, -37), time(11, 0), 120, "Harbor Clinic, room 4"),
        VisitPlan(-16, time(11, 0), "ketamine_iv", 120, "Harbor Clinic, room 4", cancelled=True),
    ),
    cadences=(CadencePlan("ketamine_iv", 21, -79),),
    alerts=(
        AlertPlan(
            -9,
            "mensah",
            (
                Attempt(
                    10.5,
                    "reached",
                    "Spoke at nine. The thought comes when the money is counted and goes again; it has been "
                    "so for years. No intent.",
                ),
            ),
            closed_hours_after=12.0,
            closed_with="A call on Mondays. The billing office looks for a way to pay in parts.",
            standing=Standing(
                28, "none", "Known for years at 1. Dev calls by himself when it is more; we call on Mondays."
            ),
        ),
    ),
    check_ins=(
        CheckInPlan(-80, time(21, 20), phq9=8, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -71,
            time(20, 10),
            phq9=6,
            gad7=5,
            difficulty=0,
            today=7,
            hedonic=Words(
                "easier", "Cooked from my mother's notebook. Burned the cumin, ate it anyway.", ("ketamine",)
            ),
        ),
        CheckInPlan(-59, time(21, 5), phq9=7, gad7=5, difficulty=1, today=6),
        CheckInPlan(-50, time(20, 25), phq9=6, gad7=5, difficulty=0, today=7),
        CheckInPlan(-38, time(21, 40), phq9=8, gad7=7, difficulty=1, today=6),
        CheckInPlan(-29, time(20, 0), phq9=7, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -17,
            time(22, 5),
            phq9=9,
            gad7=9,
            difficulty=1,
            today=5,
            executive=Words(
                "harder",
                "Cancelled tomorrow. The rent went up and the visit is the only thing on the list that is "
                "mine to cut. I will try five weeks instead of three.",
                ("other",),
            ),
        ),
        CheckInPlan(
            -9,
            time(22, 30),
            phq9=11,
            gad7=10,
            item9=1,
            difficulty=2,
            today=4,
            hedonic=Words("harder", "The notebook stays on the shelf. Toast.", ("unsure",)),
        ),
        CheckInPlan(
            -2,
            time(22, 15),
            phq9=13,
            gad7=11,
            item9=1,
            difficulty=2,
            today=3,
            executive=Words(
                "harder",
                "Counting money and counting weeks. I would come if I could pay in parts. I don't like "
                "asking.",
                ("other",),
            ),
            should_know=ShouldKnow(("little_sleep",), "Four hours, maybe, most nights since the weekend."),
        ),
        *ratings(
            (-66, 7), (-54, 7), (-45, 6), (-33, 7), (-24, 6), (-20, 6), (-13, 5), (-11, 4), (-6, 4), (-5, 4)
        ),
    ),
)
