"""SQL over the answers that stand beside a score."""

from app.models.check_in import ITEMS as MOST

ITEMS = ", ".join(f"item_{number}" for number in range(1, MOST + 1))
# How many items of the rows chosen were answered.
ANSWERED = f"sum({' + '.join(f'(item_{number} IS NOT NULL)' for number in range(1, MOST + 1))})"
