"""The commands that hand cards to others: registers, impact assessments, other tools, and editors."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import AsJson
from adapters.cli.policies import cards
from adapters.cli.policies.options import CardsFolder, InLanguage, OutFile, chosen
from adapters.cli.policies.output import put

if TYPE_CHECKING:
    from gateway.core.policy import LanePolicy
    from gateway.core.policy.cards.vocabulary import Vocabulary


class ExportForm(StrEnum):
    """What is made of the cards."""

    REGISTER = "register"
    DPIA = "dpia"
    ODRL = "odrl"


def export(
    *,
    form: Annotated[
        ExportForm,
        typer.Option(
            "--format",
            help=words(
                "verwerkingsregister (AVG 30), bijlage bij een DPIA, of ODRL met DPV",
                "register of processing (GDPR 30), annex to a DPIA, or ODRL with DPV",
            ),
        ),
    ],
    lane: Annotated[str | None, typer.Option(help=words("alleen deze stroom", "this lane alone"))] = None,
    language: InLanguage = None,
    out: OutFile = None,
    folder: CardsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write what registers and reviews ask for."""
    if lane is None:
        policies, vocabulary = cards.policies_in(folder, as_json=as_json)
        chosen_policies = policies.policies
    else:
        policy, vocabulary = cards.policy_of(folder, lane, as_json=as_json)
        chosen_policies = (policy,)
    content = _content(form, chosen_policies, vocabulary, chosen(language), as_data=as_json and out is None)
    if isinstance(content, str):
        put(content, out, as_json=as_json)
    elif out is None:
        talk.data(content, as_json=True)
    else:
        put(json.dumps(content, ensure_ascii=False, indent=2) + "\n", out, as_json=as_json)
    talk.next_step("seinhuis policy render --help")


def _content(
    form: ExportForm,
    policies: "tuple[LanePolicy, ...]",
    vocabulary: "Vocabulary",
    language: Literal["nl", "en"],
    *,
    as_data: bool,
) -> str | Mapping[str, object]:
    from gateway.reading.dpia import dpia_annex  # noqa: PLC0415
    from gateway.reading.odrl import odrl  # noqa: PLC0415
    from gateway.reading.register import register_markdown, register_of_processing  # noqa: PLC0415

    match form:
        case ExportForm.ODRL:
            return odrl(policies, vocabulary)
        case ExportForm.REGISTER if as_data:
            return register_of_processing(policies, vocabulary, language)
        case ExportForm.REGISTER:
            return register_markdown(policies, vocabulary, language)
        case ExportForm.DPIA:
            return dpia_annex(policies, vocabulary, language)


def schema(
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help=words("map voor de schema's", "folder for the schemas"))],
    folder: CardsFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write the JSON Schemas with which an editor completes and checks a card while it is typed."""
    from gateway.core.policy.cards.schema import as_text, card_schema, vocabulary_schema  # noqa: PLC0415

    where = cards.folder_of(folder)
    with cards.mistakes_told(where, as_json=as_json):
        vocabulary = cards.vocabulary_of(where)
    files = {"card.schema.json": card_schema(vocabulary), "vocabulary.schema.json": vocabulary_schema()}
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_text(as_text(content), encoding="utf-8")
    talk.data([{"file": str(out / name)} for name in files], as_json=as_json)
    talk.say(
        "Een bewerker die YAML kent, leest dit zelf: de eerste regel van een kaart noemt het schema.",
        "An editor that knows YAML reads this by itself: the first line of a card names the schema.",
    )
    talk.next_step("seinhuis policy lint")
