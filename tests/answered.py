"""SQL over the answers that stand beside a score."""

from app.models.check_in import ITEM_NAMES

ITEMS = ", ".join(ITEM_NAMES)
# How many items of the rows chosen were answered.
ANSWERED = f"sum({' + '.join(f'({name} IS NOT NULL)' for name in ITEM_NAMES)})"
