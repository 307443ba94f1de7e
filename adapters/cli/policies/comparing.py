"""The commands that show what a change opens and closes, before anybody releases it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies.bundles import version_at
from adapters.cli.policies.options import InLanguage, chosen
from adapters.cli.policies.output import show_page

if TYPE_CHECKING:
    from gateway.core.policy.difference import Difference

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
    from gateway.core.policy.difference import compare  # noqa: PLC0415

    before, _ = version_at(old, as_json=as_json)
    after, vocabulary = version_at(new, as_json=as_json)
    found = compare(before, after, vocabulary)
    if as_json:
        talk.data(as_data(found), as_json=True)
    else:
        show_page(found.text(chosen(language)))
    talk.next_step(f"seinhuis policy release {new} --proposal voorstel.yaml --previous FILE --out FOLDER")


def as_data(found: "Difference") -> dict[str, object]:
    """Return a difference as data, its sentences in both languages."""
    return {
        "opened": found.opened,
        "closed": found.closed,
        "other": found.other,
        "situations": found.situations,
        "changes": [
            {
                "lane": change.lane,
                "rules": list(change.rules),
                "opened": change.opened,
                "closed": change.closed,
                "other": change.other,
                "text": {"nl": change.sentence_nl, "en": change.sentence_en},
            }
            for change in found.changes
        ],
        "particulars": [{"text": {"nl": one.sentence_nl, "en": one.sentence_en}} for one in found.particulars],
    }
