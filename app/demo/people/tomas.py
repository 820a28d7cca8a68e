"""Tomás: item 9 was above 0 once and was seen to; now it is again, and the alert is open."""

from datetime import time

from app.demo.plan import AlertPlan, Attempt, CheckInPlan, ShouldKnow, Story, Words, each, ratings

TOMAS = Story(
    key="tomas",
    name="Tomás Arriaga",
    email="tomas@harbor.example",
    team=("lindqvist",),
    joined=-40,
    phq_profile=(5, 7, 6, 6, 4, 7, 5, 2),
    gad_profile=(5, 6, 6, 5, 2, 3, 4),
    safety_plan=(
        "Signs: I stop answering messages, I give things away.\n"
        "First: kitchen, light on, call my sister Pilar.\n"
        "Then: Harbor Clinic (555) 010-0142, or 988 at any hour.\n"
        "The pills stay at Pilar's house, a week's worth at a time."
    ),
    visits=each("ketamine_im", (-33, -30, -26, -23, -19, -16, 4), time(13, 0), 90, "Harbor Clinic, room 3"),
    alerts=(
        AlertPlan(
            -34,
            "lindqvist",
            (
                Attempt(11.5, "trying", "Called at 8:50, no answer, left the clinic's number only."),
                Attempt(
                    13.0,
                    "reached",
                    "Spoke for twenty minutes. Thoughts of not waking up, no intent, no preparation. Pilar "
                    "is there.",
                ),
            ),
            closed_hours_after=15.0,
            closed_with=(
                "Plan written together, pills go to Pilar, first visit as booked, a call two days after it."
            ),
        ),
    ),
    check_ins=(
        CheckInPlan(
            -34,
            time(21, 25),
            phq9=22,
            gad7=14,
            item9=1,
            difficulty=3,
            today=1,
            executive=Words(
                "harder", "I don't answer people. Then I have to not answer that I didn't answer.", ()
            ),
        ),
        CheckInPlan(-30, time(9, 40), phq9=19, gad7=13, difficulty=2, today=3),
        CheckInPlan(-26, time(9, 15), phq9=17, gad7=12, difficulty=2, today=3),
        CheckInPlan(
            -23,
            time(9, 50),
            phq9=15,
            gad7=11,
            difficulty=2,
            today=4,
            hedonic=Words("easier", "My niece drew me. I put it on the wall, straight.", ("ketamine",)),
        ),
        CheckInPlan(-19, time(9, 5), phq9=13, gad7=10, difficulty=1, today=5),
        CheckInPlan(
            -16,
            time(8, 55),
            phq9=14,
            gad7=10,
            difficulty=2,
            today=4,
            executive=Words("easier", "Fixed Pilar's door. One trip to the store, not four.", ("ketamine",)),
        ),
        CheckInPlan(-8, time(21, 10), phq9=15, gad7=11, difficulty=2, today=4, read_by="lindqvist"),
        CheckInPlan(
            0,
            time(9, 10),
            phq9=17,
            gad7=12,
            item9=1,
            difficulty=2,
            today=2,
            executive=Words("harder", "Back to leaving the phone in the drawer.", ("unsure",)),
            hedonic=Words("harder", "", ("unsure",)),
            should_know=ShouldKnow(
                ("little_sleep", "other"), "I don't want to do the drive alone this time."
            ),
            unread=True,
        ),
        *ratings((-28, 3), (-21, 5), (-14, 5), (-12, 4), (-10, 4), (-5, 3), (-3, 3), (-1, 2)),
    ),
)
