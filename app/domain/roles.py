"""What people are to a clinic, who works there, and who may invite whom."""

PATIENT, CAREGIVER = "patient", "caregiver"
CLINICIAN, NURSE, FRONT_DESK, ADMINISTRATOR = "clinician", "nurse", "front_desk", "administrator"
# Whoever looks after patients: alerts belong to them and fall to them, clinicians first.
CARERS = (CLINICIAN, NURSE)
# Who receives patients in the room: enrols, prints, hands out codes and the tablet.
RECEIVERS = (*CARERS, FRONT_DESK)
STAFF = (*CARERS, FRONT_DESK, ADMINISTRATOR)
ROLES = (PATIENT, CAREGIVER, *STAFF)

INVITED, ACTIVE, SUSPENDED, ENDED = "invited", "active", "suspended", "ended"
STATES = (INVITED, ACTIVE, SUSPENDED, ENDED)

# By the role of whoever invites. A caregiver is invited by the patient alone: that is the consent.
MAY_INVITE: dict[str, tuple[str, ...]] = {
    PATIENT: (CAREGIVER,),
    CAREGIVER: (),
    CLINICIAN: (PATIENT,),
    NURSE: (PATIENT,),
    FRONT_DESK: (PATIENT,),
    ADMINISTRATOR: STAFF,
}
