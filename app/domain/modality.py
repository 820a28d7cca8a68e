"""What a treatment session can be, and which family of treatment a person says they had."""

from collections.abc import Iterable

MODALITIES = ("ketamine_iv", "ketamine_im", "esketamine", "tms", "deep_tms", "deep_tms_accelerated")
TREATMENTS = ("ketamine", "esketamine", "tms")

# English keys of the translations.
MODALITY_NAMES = {
    "ketamine_iv": "Ketamine infusion",
    "ketamine_im": "Ketamine injection",
    "esketamine": "Esketamine (Spravato)",
    "tms": "TMS",
    "deep_tms": "Deep TMS",
    "deep_tms_accelerated": "Accelerated Deep TMS",
}
TREATMENT_NAMES = {"ketamine": "Ketamine", "esketamine": "Esketamine (Spravato)", "tms": "TMS"}

# IV and IM ketamine are not approved for any psychiatric disorder, and the patient's page says so.
OFF_LABEL = frozenset({"ketamine_iv", "ketamine_im"})

_FAMILY = {
    "ketamine_iv": "ketamine",
    "ketamine_im": "ketamine",
    "esketamine": "esketamine",
    "tms": "tms",
    "deep_tms": "tms",
    "deep_tms_accelerated": "tms",
}


def treatment_of(modality: str) -> str:
    """The treatment a patient would name: nobody puts a good dinner down to "deep_tms_accelerated"."""
    return _FAMILY[modality]


def treatments_of(modalities: Iterable[str]) -> tuple[str, ...]:
    """Each treatment once, in a fixed order."""
    had = {treatment_of(modality) for modality in modalities}
    return tuple(treatment for treatment in TREATMENTS if treatment in had)
