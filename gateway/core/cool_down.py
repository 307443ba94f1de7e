"""When a withdrawal looks like fishing: register, match, look, and withdraw before anyone asks (domain rule 10).

What an agency saw while its registration stood cannot be unseen, and to hold a contact back for a while would be to
hold back the call that is needed tonight. So fishing is made loud and fruitless instead of slow: the other side was
told at the same moment, the officers are alarmed, and whoever withdrew within a day of registering is shown nobody in a
match with the same registration of the other side for a day, whatever it registers next. A look after a withdrawal
shows nobody anyhow.
"""

from datetime import datetime, timedelta
from typing import Final

#: A day: involvement that is over within it was hardly involvement, and honest mistakes are found in a working day.
COOL_DOWN: Final = timedelta(hours=24)


def is_hasty(registered_at: datetime | None, *, now: datetime) -> bool:
    """Return whether a withdrawal at this moment comes within the cool-down of its own registration."""
    return registered_at is not None and now - registered_at < COOL_DOWN
