"""Every name the domain knows, as English keys of the translations: pages and phone show them as data."""

from app.domain import modality, note
from app.domain.instruments import INSTRUMENT_IDS, load_instrument


def domain_words() -> tuple[str, ...]:
    tables = (
        modality.MODALITY_NAMES,
        modality.TREATMENT_NAMES,
        note.DIMENSION_NAMES,
        note.DIMENSION_QUESTIONS,
        note.DIRECTION_NAMES,
        note.ATTRIBUTION_NAMES,
        note.TOPIC_NAMES,
    )
    names = [name for table in tables for name in table.values()]
    bands = [band.name for instrument_id in INSTRUMENT_IDS for band in load_instrument(instrument_id).bands]
    return tuple(dict.fromkeys((*names, *bands, note.SHOULD_KNOW_QUESTION)))
