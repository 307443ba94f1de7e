"""The commands by which an agency hears of matches, looks at them, and says what came of the contact."""

from typing import Annotated, Final

import typer

from adapters.cli import talk
from adapters.cli.locale import words
from adapters.cli.options import CONFIG, AsJson, Config, Purpose, open_gateway
from adapters.cli.shown import ALERTS, DESKS, MATCHES, SUPERVISED
from adapters.hearing import Alert
from gateway.protocol.messages.matches import ContactOutcome, Handler, MatchState, Side

_OVER: Final = frozenset({MatchState.ENDED, MatchState.VOID})

Match = Annotated[str, typer.Argument(metavar="MAT_ID")]
AnyCase = Annotated[str, typer.Option("--case", help=words("eigen zaakkenmerk", "your own case reference"))]


def list_inbox(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show unacknowledged alerts."""
    with open_gateway(config) as gateway:
        alerts = gateway.alerts.pending()
    talk.data(alerts, as_json=as_json, listing=ALERTS)
    if alerts:
        talk.next_step(_look_at(alerts[0]))
    else:
        talk.say("Er wacht niets.", "Nothing waits.")


def _look_at(alert: Alert) -> str:
    if alert.match_id:
        return f"seinhuis match show {alert.match_id}"
    if alert.exclusion_id:
        return f"seinhuis exclusion show {alert.exclusion_id}"
    told_by_archive = ".archive-hint." in alert.kind
    return f"seinhuis archive show {alert.registration_id}" if told_by_archive else "seinhuis registrations"


def tail_inbox(
    *,
    count: Annotated[int, typer.Option(help=words("stop na zoveel; 0: nooit", "stop after so many; 0: never"))] = 0,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Show alerts as they come; with --json one line each."""
    with open_gateway(config) as gateway:
        for number, alert in enumerate(gateway.alerts.stream(), start=1):
            if as_json:
                talk.line(alert)
            else:
                talk.data(alert, as_json=False)
            if number == count:
                break


def acknowledge(
    *,
    alerts: Annotated[list[str], typer.Argument(metavar="ALT_ID...")],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take alerts out of the inbox."""
    with open_gateway(config) as gateway:
        talk.data(gateway.alerts.acknowledge(*alerts), as_json=as_json)
    talk.next_step("seinhuis inbox tail")


def list_matches(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show all matches of this agency."""
    with open_gateway(config) as gateway:
        matches = gateway.matches.list()
    talk.data(matches, as_json=as_json, listing=MATCHES)
    if matches:
        talk.next_step(f"seinhuis match show {matches[0].id}")
    else:
        talk.say("Er zijn geen matches.", "There are no matches.")


def show_match(
    *, match: Match, case: AnyCase = "", purpose: Purpose = "", as_json: AsJson = False, config: Config = CONFIG
) -> None:
    """Show one match."""
    with open_gateway(config, purpose=purpose) as gateway:
        seen = gateway.matches.show(match, case=case)
    talk.data(seen, as_json=as_json)
    if seen.state in _OVER:
        talk.say(
            "Deze match is voorbij: de ander is niet meer betrokken, er is niemand te bellen.",
            "This match is over: the other is no longer involved, there is nobody to call.",
        )
        talk.next_step("seinhuis inbox list")
        return
    if seen.other is None:
        talk.say("De regel zegt niet wie de ander is.", "The rule does not say who the other is.")
    talk.next_step(f"seinhuis match contact {match} --outcome contacted")


def report_contact(
    *,
    match: Match,
    outcome: Annotated[ContactOutcome, typer.Option(help=words("wat het contact opleverde", "what came of it"))],
    reason: Annotated[str | None, typer.Option(help=words("waarom er geen contact was", "why there was none"))] = None,
    case: AnyCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Report what came of the contact."""
    with open_gateway(config) as gateway:
        talk.data(gateway.matches.report_contact(match, outcome=outcome, reason=reason, case=case), as_json=as_json)
    talk.next_step("seinhuis inbox list")


def list_supervised(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show whether contact was made in the matches of the municipality."""
    with open_gateway(config) as gateway:
        matches = gateway.matches.supervised()
    talk.data(matches, as_json=as_json, listing=SUPERVISED)
    if not matches:
        talk.say("Er zijn geen matches.", "There are no matches.")


def take_over(
    *,
    match: Match,
    role: Annotated[Handler, typer.Option("--as", help=words("in welke rol", "in which role"))],
    case: AnyCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Take a match over."""
    with open_gateway(config) as gateway:
        talk.data(gateway.matches.take_over(match, role=role, case=case), as_json=as_json)
    talk.next_step(f"seinhuis match show {match}")


def mute(*, match: Match, case: AnyCase = "", as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Ask to hear nothing more of this person with this party."""
    with open_gateway(config) as gateway:
        talk.data(gateway.matches.mute(match, case=case), as_json=as_json)


def name_coordinator(
    *,
    match: Match,
    coordinator: Annotated[Side, typer.Option("--who", help=words("wie de regie voert", "who leads"))],
    case: AnyCase = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Name who leads."""
    with open_gateway(config) as gateway:
        named = gateway.matches.name_coordinator(match, coordinator=coordinator, case=case)
    talk.data(named, as_json=as_json)


def confirm_contact(
    *,
    desk: Annotated[str, typer.Argument(metavar="DESK")],
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Say that a desk is still right."""
    with open_gateway(config) as gateway:
        talk.data(gateway.contacts.confirm(desk), as_json=as_json)


def put_contact(
    *,
    desk: Annotated[str, typer.Argument(metavar="DESK")],
    name: Annotated[str, typer.Option(help=words("naam van het loket", "name of the desk"))],
    phone: Annotated[str, typer.Option()],
    email: Annotated[str, typer.Option()],
    deputy: Annotated[str | None, typer.Option(help=words("loket dat waarneemt", "desk that stands in"))] = None,
    conflict: Annotated[bool, typer.Option(help=words("is het conflictloket", "is the conflict desk"))] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Make or replace a desk."""
    with open_gateway(config) as gateway:
        put = gateway.contacts.put(desk, name=name, phone=phone, email=email, deputy=deputy, conflict=conflict)
    talk.data(put, as_json=as_json)


def list_contacts(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show the desks of this agency."""
    with open_gateway(config) as gateway:
        talk.data(gateway.contacts.list(), as_json=as_json, listing=DESKS)


def whoami(*, as_json: AsJson = False, config: Config = CONFIG) -> None:
    """Show how the gateway knows this agency."""
    with open_gateway(config) as gateway:
        talk.data(gateway.whoami(), as_json=as_json)
