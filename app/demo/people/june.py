"""June: 36 sessions of TMS, then ketamine about every 19 days. The explosion that did not come."""

from datetime import time

from app.demo.plan import (
    CadencePlan,
    CaregiverPlan,
    CheckInPlan,
    CoursePlan,
    Story,
    Words,
    each,
    ratings,
)

JUNE = Story(
    key="june",
    name="June Kowalski",
    email="june@harbor.example",
    team=("lindqvist", "adeyemi", "mensah"),
    joined=-84,
    phq_profile=(7, 6, 4, 6, 3, 6, 6, 4),
    gad_profile=(5, 6, 6, 5, 2, 5, 3),
    safety_plan=(
        "When it gets loud: shoes on, once around the block, no phone.\n"
        "Then call Piotr. Then the clinic, (555) 010-0142.\n"
        "If none of that is enough: 988."
    ),
    course=CoursePlan(-82, (5, 5, 5, 5, 5, 5, 3, 2, 1), time(8, 20), "tms", 20, "Harbor Clinic, room 2"),
    visits=each("ketamine_iv", (-56, -37, -18, 1, 20, 39), time(10, 30), 120, "Harbor Clinic, room 5"),
    cadences=(CadencePlan("ketamine_iv", 19, -37),),
    caregiver=CaregiverPlan("piotr", "Piotr Kowalski", "piotr@harbor.example", "en", -60, 120),
    check_ins=(
        CheckInPlan(
            -83,
            time(19, 40),
            phq9=21,
            gad7=15,
            difficulty=3,
            today=2,
            executive=Words(
                "harder",
                "It took me until four o'clock to open one envelope. It was the dentist.",
                ("unsure",),
            ),
            hedonic=Words("harder", "Music is only noise that starts and stops.", ("unsure",)),
        ),
        CheckInPlan(-76, time(7, 15), phq9=20, gad7=14, difficulty=2, today=2),
        CheckInPlan(
            -69,
            time(7, 22),
            phq9=19,
            gad7=13,
            difficulty=2,
            today=3,
            executive=Words("same", "Still lists. Still not one thing on them done.", ()),
        ),
        CheckInPlan(-62, time(7, 9), phq9=17, gad7=12, difficulty=2, today=4),
        CheckInPlan(
            -57,
            time(20, 51),
            phq9=16,
            gad7=11,
            difficulty=2,
            today=4,
            executive=Words(
                "easier",
                "Sent the insurance form. It had been on the table since July. Nothing in me argued this "
                "time.",
                ("tms",),
            ),
            hedonic=Words("same", "", ()),
        ),
        CheckInPlan(-50, time(7, 12), phq9=13, gad7=10, difficulty=1, today=5),
        CheckInPlan(
            -43,
            time(7, 30),
            phq9=12,
            gad7=9,
            difficulty=1,
            today=5,
            hedonic=Words(
                "easier",
                "Rain on the skylight. I stayed in bed and listened because I wanted to, not because I "
                "couldn't get up.",
                ("ketamine",),
            ),
        ),
        CheckInPlan(
            -38,
            time(21, 5),
            phq9=10,
            gad7=8,
            difficulty=1,
            today=6,
            executive=Words(
                "easier",
                "Two calls in one morning. I even waited on hold without chewing my hand off.",
                ("tms",),
            ),
        ),
        CheckInPlan(
            -30,
            time(7, 18),
            phq9=8,
            gad7=7,
            difficulty=1,
            today=6,
            executive=Words(
                "easier",
                "Opened the refrigerator and the shelf came down. Soup, eggs, the big jar. I stood there "
                "waiting for the explosion and it did not come. I got the broom. Later I noticed I was "
                "humming.",
                ("tms",),
            ),
            hedonic=Words("easier", "Bought better eggs.", ("both",)),
        ),
        CheckInPlan(
            -25,
            time(22, 10),
            phq9=13,
            gad7=9,
            difficulty=2,
            today=3,
            executive=Words("harder", "Called in sick, then lay there being ashamed of it.", ("unsure",)),
            hedonic=Words("harder", "Everything grey again today. I don't know why.", ("unsure",)),
        ),
        CheckInPlan(
            -23,
            time(8, 2),
            phq9=8,
            gad7=6,
            difficulty=1,
            today=6,
            hedonic=Words("same", "Colour is back. I don't trust it yet.", ("unsure",)),
        ),
        CheckInPlan(-19, time(20, 40), phq9=7, gad7=6, difficulty=1, today=6),
        CheckInPlan(
            -12,
            time(18, 25),
            phq9=7,
            gad7=5,
            difficulty=1,
            today=7,
            hedonic=Words(
                "easier",
                "The dinner was actually good. I stayed for dessert and asked what was in it.",
                ("ketamine",),
            ),
        ),
        CheckInPlan(
            -5,
            time(8, 31),
            phq9=6,
            gad7=5,
            difficulty=0,
            today=7,
            executive=Words(
                "easier",
                "My sister wanted to fight about Christmas. I said I would call back, and I did call back, "
                "and it was a normal call.",
                ("tms", "therapy"),
            ),
        ),
        CheckInPlan(
            -1,
            time(21, 14),
            hedonic=Words(
                "easier",
                "Walked home the long way by the water. No reason. That was the nice part.",
                ("ketamine",),
            ),
            today=7,
            unread=True,
        ),
        *ratings((-47, 5), (-40, 5), (-35, 6), (-33, 6), (-27, 5), (-26, 4), (-24, 5), (-21, 6)),
        *ratings((-16, 8), (-15, 8), (-14, 7), (-10, 7), (-8, 7), (-3, 6)),
    ),
)
