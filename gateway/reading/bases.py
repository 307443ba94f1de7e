"""Says on which articles of law a rule rests, and what a lawyer must still confirm about them."""

from collections.abc import Iterable, Iterator

from gateway.core.policy.card import Basis
from gateway.core.policy.engine import LanePolicy
from gateway.reading.page import Line, Run, Table, line
from gateway.reading.voice import Voice


def basis_line(basis: Basis, voice: Voice) -> Line:
    """Say what a basis is, from when to when it holds, how far it reaches and when it is reviewed."""
    end = (
        voice.say("zonder einddatum", "without an end date")
        if basis.valid_until_on is None
        else voice.say("tot en met ", "up to and including ") + voice.last_day(basis.valid_until_on)
    )
    return line(
        Run(law(basis, voice), strong=True),
        voice.say(
            f" ({basis.name}); geldt vanaf {voice.day(basis.valid_from_on)}, {end}; wordt herzien voor "
            f"{voice.day(basis.review_before_on)}; draagt hoogstens: {voice.level(basis.reaches)}.",
            f" ({basis.name}); in force from {voice.day(basis.valid_from_on)}, {end}; to be reviewed before "
            f"{voice.day(basis.review_before_on)}; carries at most: {voice.level(basis.reaches)}.",
        ),
    )


def confirm_line(basis: Basis, voice: Voice) -> Line:
    """Say what a lawyer must still confirm about a basis."""
    return line(
        voice.say("Nog te bevestigen door een jurist", "Still to be confirmed by a lawyer"),
        f" ({basis.name}): ",
        voice.dutch(basis.to_confirm),
    )


def cited(policy: LanePolicy, names: Iterable[str], voice: Voice) -> Iterator[Line]:
    """Say of each of these bases what it is and what is still open about it."""
    for name in names:
        yield line(voice.say("Grondslag: ", "Legal basis: "), *basis_line(policy.bases[name], voice))
        yield confirm_line(policy.bases[name], voice)


def because(policy: LanePolicy, names: Iterable[str], voice: Voice) -> str:
    """End a sentence with the articles on which it rests."""
    laws = voice.listed([law(policy.bases[name], voice) for name in names])
    return voice.say(f", omdat dit rust op {laws}.", f", because it rests on {laws}.")


def law(basis: Basis, voice: Voice) -> str:
    """Name the article of a basis."""
    return f"{basis.law}, {voice.say('artikel', 'article')} {basis.article}"


def basis_table(bases: Iterable[Basis], voice: Voice) -> Table:
    """Lay all bases side by side, with their dates and what is still open about each."""
    columns = (
        voice.say("grondslag", "legal basis"),
        voice.say("geldt vanaf", "in force from"),
        voice.say("tot en met", "up to and including"),
        voice.say("herzien voor", "to be reviewed before"),
        voice.say("draagt hoogstens", "carries at most"),
        voice.say("nog te bevestigen door een jurist", "still to be confirmed by a lawyer"),
    )
    return Table(
        caption=line(voice.say("Grondslagen van deze kaart", "Legal bases of this card")),
        columns=tuple(line(column) for column in columns),
        rows=tuple(_row(basis, voice) for basis in bases),
    )


def _row(basis: Basis, voice: Voice) -> tuple[Line, ...]:
    open_end = voice.say("onbepaald", "no end date")
    return (
        line(Run(law(basis, voice), strong=True), f" ({basis.name})"),
        line(voice.day(basis.valid_from_on)),
        line(open_end if basis.valid_until_on is None else voice.last_day(basis.valid_until_on)),
        line(voice.day(basis.review_before_on)),
        line(voice.level(basis.reaches)),
        line(voice.dutch(basis.to_confirm)),
    )
