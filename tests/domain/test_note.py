"""What a person may put a change down to."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.modality import MODALITIES, MODALITY_NAMES, TREATMENTS, treatments_of
from app.domain.note import ATTRIBUTION_NAMES, ATTRIBUTIONS, TOPIC_NAMES, TOPICS, treatment_choices


@given(st.sets(st.sampled_from(TREATMENTS)), st.integers(0, 50))
def test_only_treatments_the_person_has_had(had: set[str], turn: int) -> None:
    choices = treatment_choices(had, turn)
    assert set(choices) & set(TREATMENTS) == had
    assert ("both" in choices) is (len(had) > 1)
    assert {"therapy", "medicine", "other", "unsure"} <= set(choices)
    assert len(choices) == len(set(choices))
    assert choices[-1] == "unsure"
    assert set(choices) <= set(ATTRIBUTIONS)


def test_no_treatment_is_always_first() -> None:
    turns = [treatment_choices(["ketamine", "tms"], turn)[0] for turn in range(6)]
    assert len(set(turns)) == 6


def test_every_id_has_a_name() -> None:
    assert set(ATTRIBUTION_NAMES) == set(ATTRIBUTIONS)
    assert set(TOPIC_NAMES) == set(TOPICS)
    assert set(MODALITY_NAMES) == set(MODALITIES)


def test_families() -> None:
    assert treatments_of(["deep_tms_accelerated", "ketamine_im", "tms", "ketamine_iv"]) == ("ketamine", "tms")
