"""The endpoints of who joins and who leaves, by who may: the policies in `access.py` are made of these."""

# Names, codes and printed forms; no score and no note.
ENROLLING = (
    "enrolment.show_form",
    "enrolment.enrol_patient",
    "enrolment.give_code",
    "paper.print_form",
    "tablet.start",
)
# The token in the address is the authority.
HANDED_OVER = ("tablet.show_form", "tablet.send")
# Scores are seen, entered or signed.
CARING = (
    "baselines.sign_baseline",
    "baselines.add_past_total",
    "baselines.remove_past_total",
    "care_ends.end_care",
    "care_ends.return_to_care",
    "exports.export",
    "imports.show_form",
    "imports.look_at",
    "imports.store",
    "paper.show_code",
    "paper.find_by_code",
    "paper.show_form",
    "paper.enter_form",
)
