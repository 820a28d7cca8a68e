"""Ines: leaves questions out, and says so. Some totals are prorated, one cannot be made."""

from datetime import time

from app.demo.plan import CadencePlan, CheckInPlan, ShouldKnow, Story, Words, each, ratings

INES = Story(
    key="ines",
    name="Ines Carvalho",
    email="ines@harbor.example",
    team=("mensah",),
    joined=-70,
    phq_profile=(5, 6, 5, 6, 5, 6, 4, 3),
    gad_profile=(5, 5, 5, 5, 3, 4, 4),
    visits=each(
        "esketamine",
        (-58, -54, -51, -47, -44, -40, -37, -33, -26, -19, -12, -5, 2, 9),
        time(8, 45),
        150,
        "Harbor Clinic, room 5",
    ),
    cadences=(CadencePlan("esketamine", 7, -26),),
    check_ins=(
        CheckInPlan(-59, time(22, 0), phq9=17, gad7=12, difficulty=2, today=3),
        CheckInPlan(-51, time(7, 10), phq9=16, gad7=11, skipped_phq9=(5,), difficulty=2, today=3),
        CheckInPlan(
            -44,
            time(7, 20),
            phq9=13,
            gad7=10,
            skipped_phq9=(5, 8),
            difficulty=1,
            today=5,
            executive=Words(
                "same", "I don't answer the one about eating. We can talk about it in the room.", ()
            ),
        ),
        CheckInPlan(-37, time(7, 5), phq9=12, gad7=9, skipped_phq9=(5, 9), item9=None, difficulty=1, today=5),
        CheckInPlan(
            -30,
            time(21, 45),
            phq9=11,
            gad7=9,
            skipped_phq9=(3, 5, 7),
            skipped_gad7=(4,),
            difficulty=1,
            today=4,
            hedonic=Words("same", "Too tired for all of it tonight.", ()),
        ),
        CheckInPlan(-19, time(6, 58), phq9=8, gad7=7, difficulty=1, today=6),
        CheckInPlan(
            -12,
            time(7, 2),
            phq9=7,
            gad7=6,
            difficulty=1,
            today=6,
            hedonic=Words("easier", "Swam. Forgot to count the laps.", ("esketamine",)),
            should_know=ShouldKnow(("bladder",), "Have to go more often since last week. No pain."),
        ),
        CheckInPlan(
            -1,
            time(20, 14),
            phq9=8,
            gad7=6,
            skipped_phq9=(5,),
            difficulty=1,
            today=6,
            executive=Words("easier", "Cleared the hallway so the bicycle fits again.", ("esketamine",)),
            hedonic=Words(
                "harder",
                "Sunday I thought I might just not wake up again, and who would see. Then the neighbor rang "
                "about the cat.",
                ("unsure",),
            ),
            unread=True,
        ),
        *ratings((-48, 4), (-41, 5), (-34, 5), (-28, 4), (-23, 5), (-16, 6), (-9, 7), (-7, 6), (-3, 6)),
    ),
)
