"""Marisol: deep TMS, and everything in Spanish."""

from datetime import time

from app.demo.plan import CheckInPlan, CoursePlan, Story, Words, ratings

MARISOL = Story(
    key="marisol",
    name="Marisol Quintero",
    email="marisol@harbor.example",
    team=("lindqvist",),
    joined=-66,
    language="es",
    phq_profile=(6, 6, 5, 7, 4, 6, 5, 3),
    gad_profile=(6, 7, 7, 5, 3, 5, 5),
    safety_plan=(
        "Primero: salir al patio y llamar a Lupe. Después: la clínica, (555) 010-0142. A cualquier hora: 988."
    ),
    course=CoursePlan(-61, (5, 5, 5, 5, *(2,) * 12), time(16, 40), "deep_tms", 30, "Harbor Clinic, room 1"),
    check_ins=(
        CheckInPlan(
            -63,
            time(20, 15),
            phq9=18,
            gad7=15,
            difficulty=2,
            today=3,
            executive=Words("harder", "Empiezo tres cosas y no termino ni la cama.", ("unsure",)),
            hedonic=Words(
                "harder", "Las telenovelas me dan igual, y eso que lloraba con los comerciales.", ("unsure",)
            ),
        ),
        CheckInPlan(-54, time(15, 20), phq9=17, gad7=14, difficulty=2, today=3),
        CheckInPlan(-47, time(15, 32), phq9=15, gad7=12, difficulty=2, today=4),
        CheckInPlan(
            -40,
            time(15, 10),
            phq9=12,
            gad7=10,
            difficulty=1,
            today=5,
            executive=Words(
                "easier",
                "Mi suegra quiso decidir el bautizo. Le dije que lo vamos a pensar y me fui a regar las "
                "plantas. No me temblaron las manos.",
                ("tms",),
            ),
        ),
        CheckInPlan(-33, time(15, 25), phq9=11, gad7=9, difficulty=1, today=5),
        CheckInPlan(
            -26,
            time(15, 40),
            phq9=9,
            gad7=8,
            difficulty=1,
            today=6,
            hedonic=Words("easier", "El café me supo a café. Me tomé dos.", ("tms",)),
        ),
        CheckInPlan(
            -19,
            time(15, 18),
            phq9=8,
            gad7=7,
            difficulty=1,
            today=6,
            executive=Words(
                "easier", "Hice la cita del dentista de los tres niños en una sola llamada.", ("tms",)
            ),
        ),
        CheckInPlan(-12, time(15, 22), phq9=8, gad7=6, difficulty=1, today=6, skipped_gad7=(5,)),
        CheckInPlan(-5, time(15, 31), phq9=7, gad7=6, difficulty=1, today=7),
        CheckInPlan(
            -1,
            time(19, 50),
            phq9=6,
            gad7=6,
            difficulty=0,
            today=7,
            executive=Words("same", "", ()),
            hedonic=Words(
                "easier",
                "Bailé en la cocina con la escoba. Mi hija se burló de mí y yo también.",
                ("tms", "other"),
            ),
            unread=True,
        ),
        *ratings((-58, 3), (-50, 4), (-44, 4), (-37, 5), (-30, 6), (-23, 6), (-16, 6), (-9, 7), (-6, 7)),
    ),
)
