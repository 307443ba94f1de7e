"""Decides that a value which stands for a person or a key shows itself to nobody by accident."""

from typing import NoReturn, Self


class Hidden:
    """Base of values that never print themselves, in a log line, a traceback or a test report; nor leave by pickle.

    No subclass may be pickled: what must cross a process boundary has a wire format of its own.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Name the type and nothing else; `str` and `format` follow."""
        return f"{type(self).__name__}(hidden)"

    def __reduce__(self) -> NoReturn:
        """Refuse pickle."""
        raise TypeError(f"a {type(self).__name__} is not pickled: send its wire format")

    def __copy__(self) -> Self:
        """Return the value itself, which cannot change."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Return the value itself, which cannot change."""
        return self
