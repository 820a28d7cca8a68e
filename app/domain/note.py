"""The note: what changed, in two dimensions that have no scale of their own."""

from collections.abc import Iterable

from app.domain.modality import TREATMENT_NAMES, TREATMENTS

DIMENSIONS = ("executive", "hedonic")
DIRECTIONS = ("easier", "same", "harder")
ATTRIBUTIONS = ("ketamine", "esketamine", "tms", "both", "therapy", "medicine", "other", "unsure")
TOPICS = (
    "medicine",
    "alcohol_drugs",
    "little_sleep",
    "faint_fit",
    "pregnancy",
    "bladder",
    "high_fast",
    "strange_effects",
    "metal",
    "other",
)

# English keys of the translations.
DIMENSION_NAMES = {"executive": "Handling things", "hedonic": "Feeling and enjoying"}
DIMENSION_QUESTIONS = {
    "executive": ("Handling things. Was anything easier, or harder, to start, stop, decide or take calmly?"),
    "hedonic": "Did anything feel good or worth doing, even a little? Less than before counts too.",
}
DIRECTION_NAMES = {"easier": "Easier", "same": "About the same", "harder": "Harder"}
ATTRIBUTION_NAMES = {
    **TREATMENT_NAMES,
    "both": "Both",
    "therapy": "Therapy",
    "medicine": "A medicine change",
    "other": "Something else",
    "unsure": "Not sure",
}
TOPIC_NAMES = {
    "medicine": "New or changed medicine",
    "alcohol_drugs": "Alcohol or drugs",
    "little_sleep": "Very little sleep",
    "faint_fit": "A faint or a fit",
    "pregnancy": "Pregnancy",
    "bladder": "Bladder pain or trouble",
    "high_fast": "Unusually high, fast or restless",
    "strange_effects": "Strange or frightening effects after last time",
    "metal": "New metal in the body",
    "other": "Something else",
}
SHOULD_KNOW_QUESTION = "Anything the clinic should know before this visit?"

_ALWAYS = ("therapy", "medicine", "other", "unsure")


def treatment_choices(treatments_had: Iterable[str], turn: int = 0) -> tuple[str, ...]:
    """Only treatments the person has had may be offered. `turn` rotates them: none is always first."""
    had = frozenset(treatments_had)
    treatments = [treatment for treatment in TREATMENTS if treatment in had]
    if len(treatments) > 1:
        treatments.append("both")
    choices = (*treatments, *_ALWAYS)
    # "Not sure" stays last: a way out is looked for at the end of a list.
    start = turn % (len(choices) - 1)
    return (*choices[start:-1], *choices[:start], choices[-1])
