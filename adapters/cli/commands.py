"""Holds the names of all commands, each with what it does and an example, in the language of the locale."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import typer

from adapters.cli import (
    cases,
    consents,
    emergencies,
    exclusions,
    handovers,
    hearing,
    home_bans,
    identities,
    importing,
    keeping,
    life_notices,
    parts,
    registrations,
    reports,
    rights,
    setup,
)
from adapters.cli.locale import words
from adapters.cli.policies.names import POLICY

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def _group(nl: str, en: str, *, completion: bool = False) -> typer.Typer:
    return typer.Typer(
        help=words(nl, en),
        no_args_is_help=True,
        add_completion=completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,  # a pretty traceback may show what must not be shown
    )


def _add(group: typer.Typer, name: str, command: Callable[..., None], text: tuple[str, str], example: str = "") -> None:
    group.command(name, help=words(*text), epilog=_epilog(example.splitlines()))(command)


def _epilog(examples: Sequence[str]) -> str | None:
    if len(examples) > 1:
        lines = (words("Voorbeelden:", "Examples:"), *(f"  seinhuis {example}" for example in examples))
        return "\b\n" + "\n".join(lines)  # \b: each on a line of its own
    return f"{words('Voorbeeld', 'Example')}: seinhuis {examples[0]}" if examples else None


def _nested(parent: typer.Typer, name: str, nl: str, en: str) -> typer.Typer:
    group = _group(nl, en)
    parent.add_typer(group, name=name)
    return group


app = _group(
    "Vertelt organisaties dat zij bij hetzelfde gezin betrokken zijn, en kan zelf niet lezen wie dat zijn.",
    "Tells agencies that they are involved with the same family, and cannot itself read who that is.",
    completion=True,
)


def _version(asked: bool) -> None:  # noqa: FBT001  # as typer calls it
    if asked:
        typer.echo(f"seinhuis {version('seinhuis')}")
        raise typer.Exit


@app.callback()
def _seinhuis(
    *,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=words("toon de versie", "show the version")),
    ] = False,
) -> None:
    """Every command is a sub-command."""


_Text = tuple[str, str]
_Entry = tuple[str, Callable[..., Any], _Text, str]

_OWN: tuple[_Entry, ...] = (
    (
        "init",
        setup.init,
        (
            "Maak sleutel, instellingen en een verzoek aan de regio.",
            "Make a key, settings and a request to the region.",
        ),
        'init office --oin 00000000990000000404 --name "School" --kind school --gateway https://gateway.example',
    ),
    ("doctor", setup.doctor, ("Kijk na of alles werkt.", "Look whether everything works."), "doctor"),
    ("whoami", hearing.whoami, ("Hoe het knooppunt ons kent.", "How the gateway knows us."), "whoami --json"),
    (
        "register",
        registrations.register,
        ("Zeg dat wij bij iemand betrokken zijn.", "Say that we are involved with a person."),
        """\
register --person noor.json --case Z-2027-12 --notice-given-on 2027-04-19 --attest
register --lane veilig_thuis --purpose vt-radar --flag care_report ...
register --lane adult --purpose adult-coordination --precondition consent_valid ...
register --lane home_ban --purpose home-ban-support --precondition role_in_ban ...
register --lane safety_house --purpose case-conference --precondition intake_accepted ...
""",
    ),
    (
        "renew",
        registrations.renew,
        ("Zeg opnieuw dat wij betrokken zijn.", "Say anew that we are involved."),
        "renew reg_... --case Z-2027-12 --notice-given-on 2027-04-19 --attest",
    ),
    (
        "withdraw",
        registrations.withdraw,
        ("Zeg dat wij niet meer betrokken zijn.", "Say that we are no longer involved."),
        "withdraw reg_... --case Z-2027-12 --reason risk_gone",
    ),
    (
        "registrations",
        registrations.list_registrations,
        (
            "Toon de eigen registraties, of een met haar termijnen.",
            "Show our own registrations, or one with its clocks.",
        ),
        "registrations --json\nregistrations reg_...",
    ),
    ("errors", setup.errors, ("Leg een probleemcode uit.", "Explain a problem code."), "errors signature-clock"),
)
_NOTICE: tuple[_Entry, ...] = (
    (
        "give",
        keeping.give_notice,
        ("Zeg dat de persoon is ingelicht.", "Say that the person was told."),
        "notice give reg_... --case Z-2027-12 --on 2027-04-19",
    ),
    (
        "defer",
        keeping.defer_notice,
        ("Stel het inlichten uit, met een reden.", "Put the notice off, with a reason."),
        "notice defer reg_... --case Z-2027-12 --reason safety --review-on 2027-05-03",
    ),
)
_RESTRICTION: tuple[_Entry, ...] = (
    (
        "set",
        keeping.restrict,
        ("Laat een registratie even niet matchen.", "Keep a registration from matching for a while."),
        "restriction set reg_... --case Z-2027-12 --reason objection",
    ),
    (
        "lift",
        keeping.lift,
        ("Laat haar weer matchen.", "Let it match again."),
        "restriction lift reg_... --case Z-2027-12",
    ),
)
_IDENTITY: tuple[_Entry, ...] = (
    (
        "resolve",
        identities.resolve,
        ("Zeg dat het een iemand is, of twee kunnen zijn.", "Say that it is one person, or could be two."),
        "identity resolve reg_... --person amina.json --case Z-2027-12 --attest",
    ),
    (
        "identify",
        identities.identify,
        ("Geef het nummer dat bekend werd.", "Give the person number that became known."),
        "identity identify reg_... --person amina.json --case Z-2027-12 --attest",
    ),
)
_ARCHIVE: tuple[_Entry, ...] = (
    (
        "show",
        keeping.show_hints,
        ("Toon wie er eerder betrokken was.", "Show who was involved before."),
        "archive show reg_...",
    ),
)
_INBOX: tuple[_Entry, ...] = (
    ("list", hearing.list_inbox, ("Toon wat wacht.", "Show what waits."), "inbox list"),
    ("tail", hearing.tail_inbox, ("Toon wat komt.", "Show what comes."), "inbox tail --json"),
    ("ack", hearing.acknowledge, ("Bevestig ontvangst.", "Say that we have them."), "inbox ack alt_..."),
)
_MATCH: tuple[_Entry, ...] = (
    ("list", hearing.list_matches, ("Toon de eigen matches.", "Show our matches."), "match list"),
    (
        "show",
        hearing.show_match,
        ("Toon een match.", "Show a match."),
        "match show mat_...\nmatch show mat_... --purpose vt-radar",
    ),
    (
        "contact",
        hearing.report_contact,
        ("Meld wat het contact opleverde.", "Report what came of the contact."),
        "match contact mat_... --outcome contacted",
    ),
    (
        "takeover",
        hearing.take_over,
        ("Neem een match over van een collega.", "Take a match over from a colleague."),
        "match takeover mat_... --as deputy",
    ),
    ("mute", hearing.mute, ("Hoor hier niets meer van.", "Hear no more of this."), "match mute mat_..."),
    (
        "coordinator",
        hearing.name_coordinator,
        ("Noem wie de regie voert.", "Name who leads."),
        "match coordinator mat_... --who own",
    ),
    (
        "supervised",
        hearing.list_supervised,
        ("Toon of er contact is, als regievoerder.", "Show whether contact was made, as match supervisor."),
        "match supervised",
    ),
)
_HANDOVER: tuple[_Entry, ...] = (
    (
        "begin",
        handovers.begin,
        ("Zeg dat wij zicht op veiligheid houden.", "Say that we hold safety oversight."),
        "handover begin reg_... --case Z-2027-12",
    ),
    (
        "offer",
        handovers.offer,
        ("Bied zicht op veiligheid aan een wijkteam aan.", "Offer safety oversight to a local team."),
        "handover offer reg_... --match mat_... --conditions voorwaarden.pdf --case Z-2027-12",
    ),
    (
        "accept",
        handovers.accept,
        ("Neem zicht op veiligheid over.", "Take safety oversight."),
        "handover accept hov_... --conditions voorwaarden.pdf",
    ),
    (
        "refuse",
        handovers.refuse,
        ("Neem het niet over, met een reden.", "Do not take it, with a reason."),
        "handover refuse hov_... --reason conditions_unclear",
    ),
    (
        "withdraw",
        handovers.withdraw,
        ("Trek een aanbod in.", "Take an offer back."),
        "handover withdraw hov_... --reason situation_changed",
    ),
    ("list", handovers.list_handovers, ("Toon de eigen overdrachten.", "Show our handovers."), "handover list"),
)
_REPORT: tuple[_Entry, ...] = (
    (
        "usefulness",
        reports.usefulness,
        ("Toon wat de matches van een jaar opleverden.", "Show what came of the matches of a year."),
        "report usefulness --year 2026 --csv",
    ),
    (
        "coverage",
        reports.coverage,
        ("Toon welke instanties van de gemeente meedoen.", "Show how many agencies of the municipality take part."),
        "report coverage",
    ),
)
_CONTACT: tuple[_Entry, ...] = (
    (
        "put",
        hearing.put_contact,
        ("Zeg wie gebeld mag worden.", "Say who may be called."),
        'contact put intake --name "Intake" --phone "+1 202 555 0101" --email intake@agency.example',
    ),
    (
        "confirm",
        hearing.confirm_contact,
        ("Zeg dat een loket nog klopt.", "Say that a desk is still right."),
        "contact confirm intake",
    ),
    ("list", hearing.list_contacts, ("Toon de eigen loketten.", "Show our desks."), "contact list"),
)
_CONSENT: tuple[_Entry, ...] = (
    (
        "record",
        consents.record,
        ("Leg vast waar iemand toestemming voor geeft.", "Record what a person consents to."),
        "consent record --person noor.json --case Z-2027-12 --given-on 2027-04-19 --toward local_team --attest",
    ),
    ("list", consents.list_consents, ("Toon de eigen toestemmingen.", "Show our consents."), "consent list"),
    (
        "withdraw",
        consents.withdraw,
        ("Wis alles wat op een toestemming rust.", "Erase all that rests on a consent."),
        "consent withdraw cns_... --case Z-2027-12",
    ),
)
_RIGHTS: tuple[_Entry, ...] = (
    (
        "take",
        rights.take,
        ("Neem een verzoek van iemand aan.", "Take a person's request."),
        "rights take --person noor.json --case AVG-7 --right access --born-on 2010-05-01 --asked-by person --attest",
    ),
    ("list", rights.list_requests, ("Toon de verzoeken van dit loket.", "Show our desk's requests."), "rights list"),
    (
        "extend",
        rights.extend,
        ("Neem twee maanden langer de tijd.", "Take two months longer."),
        "rights extend srq_... --reason complex --attest",
    ),
    (
        "answer",
        rights.answer,
        ("Haal de brief op om te overhandigen.", "Get the letter to hand over."),
        "rights answer srq_... --to brief.pdf",
    ),
    (
        "items",
        rights.list_items,
        ("Toon waarover advies of beslissing wordt gevraagd.", "Show what asks our advice or decision."),
        "rights items",
    ),
    (
        "advise",
        rights.advise,
        ("Geef advies over een eigen registratie.", "Advise on our own registration."),
        "rights advise sri_... --advice agree --reason risk_gone",
    ),
    (
        "decide",
        rights.decide,
        ("Beslis over een registratie.", "Decide about a registration."),
        "rights decide sri_... --decision upheld --reason justified",
    ),
)
_EXCLUSION: tuple[_Entry, ...] = (
    (
        "record",
        exclusions.record,
        ("Leg vast wie niets van iemand mag horen.", "Record who must learn nothing of a person."),
        "exclusion record --person p.json --case Z-1 --exclude 00000000990000000404 --mediator 0000... --attest",
    ),
    ("list", exclusions.list_exclusions, ("Toon de eigen afschermingen.", "Show our exclusions."), "exclusion list"),
    (
        "show",
        exclusions.show,
        ("Toon een afscherming, en de bemiddelaar wat zij tegenhield.", "Show an exclusion and what it withheld."),
        "exclusion show exc_...",
    ),
    (
        "lift",
        exclusions.lift,
        ("Hef een afscherming op.", "Lift an exclusion."),
        "exclusion lift exc_... --case Z-1",
    ),
)
_HOME_BAN: tuple[_Entry, ...] = (
    (
        "impose",
        home_bans.impose,
        ("Leg een huisverbod vast.", "Record a home ban."),
        "home-ban impose --person p.json --case Z-1 --starts-on 2027-04-19 --notice-given-on 2027-04-19 --attest",
    ),
    (
        "extend",
        home_bans.extend,
        ("Verleng een huisverbod.", "Extend a home ban."),
        "home-ban extend reg_... --case Z-1 --until 2027-05-17 --notice-given-on 2027-04-29 --attest",
    ),
)
_EMERGENCY: tuple[_Entry, ...] = (
    (
        "break",
        emergencies.break_glass,
        ("Start de noodprocedure bij direct gevaar.", "Break the glass in immediate danger."),
        "emergency break --person p.json --case N-1 --reason threat_to_life --user u-1 --notice-given-on ... --attest",
    ),
    (
        "confirm",
        emergencies.confirm,
        ("Bevestig haar als een ander.", "Confirm it as another person."),
        "emergency confirm reg_... --user u-205 --attest",
    ),
    (
        "list",
        emergencies.list_emergencies,
        ("Toon de eigen noodprocedures.", "Show our emergencies."),
        "emergency list",
    ),
    (
        "reviews",
        emergencies.list_to_review,
        ("Toon wat u als functionaris nakijkt.", "Show what you review as an officer."),
        "emergency reviews",
    ),
    (
        "judge",
        emergencies.judge,
        ("Oordeel als functionaris.", "Judge as an officer."),
        "emergency judge reg_... --verdict justified",
    ),
)
_LIFE: tuple[_Entry, ...] = (
    (
        "death",
        life_notices.death,
        ("Meld een overlijden, als register.", "Say that somebody died, as a register of persons."),
        "life death --person p.json --lane youth --on 2027-04-19 --case R-1 --attest",
    ),
    (
        "move",
        life_notices.move,
        ("Meld een verhuizing, als register.", "Say that somebody moved, as a register of persons."),
        "life move --person p.json --lane youth --on 2027-04-19 --case R-1 --attest",
    ),
)
_CASE: tuple[_Entry, ...] = (
    (
        "open",
        cases.open_case,
        ("Zet een aangenomen casus op de lijst.", "Put an accepted case on the list."),
        "case open ZVH-12 --accepted-on 2027-04-19 --participant 00000000990000000404 --attest",
    ),
    ("list", cases.list_cases, ("Toon de eigen casussen.", "Show our cases."), "case list"),
    ("close", cases.close_case, ("Sluit een casus.", "Close a case."), "case close cas_..."),
)
_IMPORT: tuple[_Entry, ...] = (
    (
        "csv",
        importing.import_csv,
        ("Registreer een hele export.", "Register a whole export."),
        """\
import csv export.csv --map export.map.yaml --attest
import csv export.csv --map export.map.yaml --lane veilig_thuis --purpose vt-radar --flag care_report --attest
""",
    ),
)
_SERVE: tuple[_Entry, ...] = (
    ("gateway", parts.serve_gateway, ("Start een knooppunt.", "Start a gateway."), "serve gateway --config g.toml"),
    ("worker", parts.serve_worker, ("Start de werker.", "Start the worker."), "serve worker --config g.toml"),
    ("holder", parts.serve_holder, ("Start een sleutelhouder.", "Start a key holder."), "serve holder --config h.toml"),
)
_DATABASE: tuple[_Entry, ...] = (
    ("migrate", parts.migrate, ("Breng het schema bij.", "Bring the schema up to date."), "db migrate"),
    ("check", parts.check, ("Kijk of alles veilig staat.", "Look whether all is set safely."), "db check"),
)
_GATEWAY: tuple[_Entry, ...] = (
    (
        "verify",
        parts.verify,
        ("Reken na wat had moeten matchen.", "Recompute what must have matched."),
        "gateway verify --config g.toml",
    ),
    (
        "replay",
        parts.replay,
        ("Zet terug wat terzijde lag.", "Put back what was parked."),
        "gateway replay --config g.toml",
    ),
    (
        "alarms",
        parts.alarms,
        ("Toon wat de functionarissen moeten weten.", "Show what alarms the officers."),
        "gateway alarms --config g.toml",
    ),
    (
        "purges",
        parts.purges,
        ("Toon de bewijzen van gewiste stromen.", "Show the receipts of purged lanes."),
        "gateway purges --config g.toml",
    ),
    (
        "erasures",
        parts.erasures,
        ("Wis opnieuw wat een reservekopie terugbracht.", "Erase again what a backup brought back."),
        "gateway erasures --config g.toml",
    ),
    (
        "onboard",
        parts.onboard,
        (
            "Laat de sleutelhouders de sleutels van nieuwe organisaties maken.",
            "Have the key holders make the keys of new agencies.",
        ),
        "gateway onboard --config g.toml",
    ),
)

app.command(
    "demo",
    help=words("Toon het hele huis op deze machine.", "Show the whole house on this machine."),
    context_settings=_PASSED_ON,
    add_help_option=False,
)(parts.demo)
for _group_of, _entries in (
    (app, _OWN),
    (_nested(app, "notice", "De mededeling aan de persoon.", "The notice to the person."), _NOTICE),
    (_nested(app, "restriction", "Registraties beperken.", "Restrict registrations."), _RESTRICTION),
    (_nested(app, "identity", "Wie het is, zonder BSN.", "Who it is, without a number."), _IDENTITY),
    (_nested(app, "archive", "Wat het archief vertelde.", "What the archive told."), _ARCHIVE),
    (_nested(app, "inbox", "Berichten over matches.", "Alerts of matches."), _INBOX),
    (_nested(app, "match", "Matches.", "Matches."), _MATCH),
    (_nested(app, "handover", "Zicht op veiligheid overdragen.", "Hand safety oversight over."), _HANDOVER),
    (_nested(app, "report", "Cijfers over matches.", "Figures about matches."), _REPORT),
    (_nested(app, "contact", "Loketten.", "Desks."), _CONTACT),
    (_nested(app, "consent", "Toestemmingen.", "Consents."), _CONSENT),
    (_nested(app, "rights", "Verzoeken van betrokkenen (AVG).", "Requests of persons (GDPR)."), _RIGHTS),
    (_nested(app, "exclusion", "Afschermingen.", "Exclusions."), _EXCLUSION),
    (_nested(app, "home-ban", "Huisverboden.", "Home bans."), _HOME_BAN),
    (_nested(app, "life", "Overlijden en verhuizing.", "Deaths and moves."), _LIFE),
    (_nested(app, "emergency", "De noodprocedure.", "Breaking the glass."), _EMERGENCY),
    (_nested(app, "case", "Aangenomen casussen.", "Accepted cases."), _CASE),
    (_nested(app, "import", "Exports inlezen.", "Read exports."), _IMPORT),
    (_nested(app, "serve", "Onderdelen starten.", "Start parts."), _SERVE),
    (_nested(app, "db", "De opslag.", "The store."), _DATABASE),
    (_nested(app, "gateway", "Het knooppunt.", "The gateway."), _GATEWAY),
    (_nested(app, "policy", "Beleid: wie mag wat van wie weten.", "Policy: who may know what of whom."), POLICY),
):
    for _name, _command, _text, _example in _entries:
        _add(_group_of, _name, _command, _text, _example)
