"""The command that answers a question about a card: may this, how much, by which rule, and what would allow more."""

from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING, Annotated, Final
from zoneinfo import ZoneInfo

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson, day
from adapters.cli.policies import cards
from adapters.cli.policies.answer import as_data, as_lines
from adapters.cli.policies.lexicon import code_named, word_of
from adapters.cli.policies.options import CardsFolder, LaneName, OnDay

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from gateway.core.policy import LanePolicy, Situation
    from gateway.core.policy.cards.vocabulary import Term, Vocabulary
    from gateway.core.policy.questions.explanation import Explanation

_HERE: Final = ZoneInfo("Europe/Amsterdam")

Word = str | None


def explain(
    *,
    lane: LaneName,
    other: Annotated[Word, typer.Option("--from", help=words("over wie het gaat", "whom it is about"))] = None,
    recipient: Annotated[Word, typer.Option("--to", help=words("wie het hoort", "who learns it"))] = None,
    register: Annotated[Word, typer.Option(help=words("wie registreert", "who registers"))] = None,
    purpose: Annotated[Word, typer.Option(help=words("doel", "purpose"))] = None,
    own_flag: Annotated[Word, typer.Option(help=words("vlag van wie hoort", "flag of who learns"))] = None,
    other_flag: Annotated[Word, typer.Option(help=words("vlag van de ander", "flag of the other"))] = None,
    attest: Annotated[
        list[str] | None, typer.Option(help=words("verklaarde voorwaarde", "precondition that is attested"))
    ] = None,
    wanted: Annotated[Word, typer.Option(help=words("trede, zoals contact", "step, like contact"))] = None,
    on: OnDay = None,
    folder: CardsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Explain an answer of a card."""
    policy, vocabulary = cards.policy_of(folder, lane, as_json=as_json)
    on_day = day(on) or datetime.now(_HERE).date()
    for_purpose = _purpose(purpose, policy, vocabulary)
    if register is not None and recipient is None and other is None:
        kind = code_named(register, vocabulary.agency_kinds, option="--register")
        facts = frozenset(code_named(one, vocabulary.preconditions, option="--attest") for one in attest or ())
        found = _registering(policy, vocabulary, (kind, for_purpose, own_flag), facts, on_day)
        names: tuple[str, ...] = (kind,)
    elif register is None and recipient is not None and other is not None:
        who = code_named(recipient, vocabulary.agency_kinds, option="--to")
        whom = code_named(other, vocabulary.agency_kinds, option="--from")
        names = (who, whom)
        asked = (who, whom, for_purpose)
        found = _telling(policy, vocabulary, asked, (own_flag, other_flag), wanted=wanted, on=on_day)
    else:
        raise typer.BadParameter(
            words("noem --from en --to, of alleen --register", "name --from and --to, or --register alone")
        )
    talk.data(as_data(found) if as_json else as_lines(found, names, vocabulary), as_json=as_json)
    cards.tell_if_shut(policy, vocabulary)
    talk.next_step(f"seinhuis policy matrix --lane {lane}")


def _purpose(given: str | None, policy: "LanePolicy", vocabulary: "Vocabulary") -> str:
    """Return the purpose asked about, which goes without saying where the card knows one only."""
    if given is not None:
        return code_named(given, vocabulary.purposes, option="--purpose")
    registering = (purpose for rule in policy.card.registration_rules for purpose in rule.purposes)
    telling = (purpose for rule in policy.card.disclosure_rules for purpose in rule.purposes)
    return _only({*registering, *telling}, vocabulary.purposes, "--purpose")


def _only(codes: "Iterable[str]", terms: "Iterable[Term]", option: str) -> str:
    """Return the one code there is, or say which there are."""
    found = sorted(codes)
    if len(found) == 1:
        return found[0]
    named = ", ".join(word_of(code, terms) for code in found)
    raise typer.BadParameter(words(f"noem er een: {named}", f"name one: {named}"), param_hint=option)


def _registering(
    policy: "LanePolicy",
    vocabulary: "Vocabulary",
    asked: tuple[str, str, str | None],
    facts: frozenset[str],
    on: "date",
) -> "Explanation":
    from gateway.core.policy.answers import Asking  # noqa: PLC0415
    from gateway.core.policy.questions.explanation import explain_registering  # noqa: PLC0415

    kind, purpose, flag = asked
    if flag is None:
        code = _only(_flags_of(kind, policy), vocabulary.flags, "--own-flag")
    else:
        code = code_named(flag, vocabulary.flags, option="--own-flag")
    return explain_registering(policy, Asking(kind, purpose, code), on=on, preconditions=facts)


def _telling(
    policy: "LanePolicy",
    vocabulary: "Vocabulary",
    asked: tuple[str, str, str],
    flags: tuple[str | None, str | None],
    *,
    wanted: str | None,
    on: "date",
) -> "Explanation":
    from gateway.core.policy import DisclosureLevel  # noqa: PLC0415
    from gateway.core.policy.questions.explanation import explain  # noqa: PLC0415

    situation = _situation(policy, vocabulary, asked, flags, on)
    if wanted is not None:
        level = DisclosureLevel.from_code(code_named(wanted, vocabulary.levels, option="--wanted"))
        return explain(policy, situation, on=on, wanted=level)
    told = policy.decide(situation, on=on).level
    return explain(policy, situation, on=on, wanted=DisclosureLevel(min(told + 1, max(DisclosureLevel))))


def _situation(
    policy: "LanePolicy",
    vocabulary: "Vocabulary",
    asked: tuple[str, str, str],
    flags: tuple[str | None, str | None],
    on: "date",
) -> "Situation":
    """Return the situation asked about; flags go without saying where the answer does not depend on them."""
    from gateway.core.policy import Situation  # noqa: PLC0415

    options = ("--own-flag", "--other-flag")
    choices = [
        (code_named(flag, vocabulary.flags, option=option),) if flag is not None else _flags_of(kind, policy)
        for flag, option, kind in zip(flags, options, asked[:2], strict=True)
    ]
    situations = [Situation(*asked, own, other) for own, other in product(*choices)]
    answers = [policy.decide(each, on=on) for each in situations]
    if len({(answer.level, answer.rules) for answer in answers}) > 1:
        for codes, option in zip(choices, options, strict=True):
            if len(codes) > 1:
                _only(codes, vocabulary.flags, option)
    return situations[0]


def _flags_of(kind: str, policy: "LanePolicy") -> tuple[str, ...]:
    """Return the flags with which a kind of agency can register, or else every flag of the lane."""
    rules = policy.card.registration_rules
    own = dict.fromkeys(flag for rule in rules if kind in rule.agency_kinds for flag in rule.flags)
    return tuple(own) or policy.card.flags
