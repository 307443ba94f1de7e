"""The commands that show what a change opens and closes, before anybody releases it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies.bundles import version_at
from adapters.cli.policies.options import InLanguage, chosen
from adapters.cli.policies.output import show_page
from adapters.cli.policies.record import record_of

if TYPE_CHECKING:
    from gateway.core.policy.questions.difference import Change, Difference
    from gateway.core.policy.questions.simulated import Simulation

_DAY: Final = ["%Y-%m-%d"]

OldVersion = Annotated[
    Path,
    typer.Argument(
        metavar="OLD", help=words("map met kaarten, uitgave, of none", "a folder of cards, a release, or none")
    ),
]
NewVersion = Annotated[
    Path, typer.Argument(metavar="NEW", help=words("hetzelfde, na de wijziging", "the same, after the change"))
]


def diff(*, old: OldVersion, new: NewVersion, language: InLanguage = None, as_json: AsJson = False) -> None:
    """Tell what changes in every situation."""
    from gateway.core.policy.questions.difference import compare  # noqa: PLC0415

    before, _ = version_at(old, as_json=as_json)
    after, vocabulary = version_at(new, as_json=as_json)
    found = compare(before, after, vocabulary)
    if as_json:
        talk.data(as_data(found), as_json=True)
    else:
        show_page(found.text(chosen(language)))
    talk.next_step(
        words(
            f"seinhuis policy release {new} --proposal voorstel.yaml --previous BESTAND --out MAP",
            f"seinhuis policy release {new} --proposal voorstel.yaml --previous FILE --out FOLDER",
        )
    )


def simulate(
    *,
    new: NewVersion,
    config: Annotated[Path, typer.Option(help=words("instellingen van het knooppunt", "settings of the gateway"))],
    first: Annotated[
        datetime, typer.Option("--from", formats=_DAY, help=words("eerste dag, zoals 2027-01-01", "first day"))
    ],
    until: Annotated[datetime, typer.Option(formats=_DAY, help=words("dag na de laatste", "the day after the last"))],
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Make the recorded decisions of a period again under the new policy, beside the one in force."""
    from gateway.core.policy.questions.simulation import simulate as make_again  # noqa: PLC0415

    if until <= first:
        raise typer.BadParameter(words("ligt niet na --from", "is not after --from"), param_hint="--until")
    after, vocabulary = version_at(new, as_json=as_json)
    with record_of(config, first.date(), until.date(), as_json=as_json) as (recorded, before):
        found = make_again(recorded, before, after, vocabulary)
    if as_json:
        talk.data(simulated_as_data(found), as_json=True)
    else:
        show_page(found.text(chosen(language)))
    talk.next_step(
        words(
            f"seinhuis policy release {new} --proposal voorstel.yaml --previous BESTAND --out MAP",
            f"seinhuis policy release {new} --proposal voorstel.yaml --previous FILE --out FOLDER",
        )
    )


def as_data(found: "Difference") -> dict[str, object]:
    """Return a difference as data, its sentences in both languages."""
    return {
        "opened": found.opened,
        "closed": found.closed,
        "other": found.other,
        "shut": found.shut,
        "situations": found.situations,
        "changes": list(map(_change, found.changes)),
        "particulars": [{"text": {"nl": one.sentence_nl, "en": one.sentence_en}} for one in found.particulars],
        "examplesRemoved": found.examples_removed,
        "examplesReversed": found.examples_reversed,
        "examples": [{"text": {"nl": one.sentence_nl, "en": one.sentence_en}} for one in found.examples],
    }


def simulated_as_data(found: "Simulation") -> dict[str, object]:
    """Return a simulation as data, how far it reaches first."""
    coverage, agreement = found.coverage, found.reproduction
    return {
        "recorded": coverage.recorded,
        "replayed": coverage.replayed,
        "notReplayed": {why.value: count for why, count in coverage.not_replayed.items()},
        "rules": coverage.rules,
        "rulesExercised": coverage.rules_exercised,
        "unexercised": [{"lane": one.lane, "rule": one.rule} for one in coverage.unexercised],
        "situations": coverage.situations,
        "situationsExercised": coverage.situations_exercised,
        "asRecorded": agreement.same,
        "otherThanRecorded": agreement.different,
        "byOtherVersion": agreement.by_other_version,
        "opened": found.opened,
        "closed": found.closed,
        "other": found.other,
        "changes": list(map(_change, found.changes)),
    }


def _change(change: "Change") -> dict[str, object]:
    return {
        "lane": change.lane,
        "rules": list(change.rules),
        "opened": change.opened,
        "closed": change.closed,
        "other": change.other,
        "text": {"nl": change.sentence_nl, "en": change.sentence_en},
    }
