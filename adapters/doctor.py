"""Decides whether an agency is fit to work: everything a registration needs, looked at in order, with what to do."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import httpx2

from adapters.agency import Agency
from adapters.errors import SeinhuisError
from adapters.hearing import check_policy, list_contacts, whoami
from adapters.involvement import contact_id
from adapters.settings import Settings, SettingsRefused
from adapters.signed_call import clock_offset
from adapters.transport import Answer, BlockingLine, send
from keys.parties import Party
from keys.signing import RawCall

_LARGEST_OFFSET: Final = timedelta(seconds=30)
_OK: Final = 200
_LOOK_SECONDS: Final = 5.0


class Health(StrEnum):
    """How one thing is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what was found, and what to do; the last two in Dutch and English."""

    about: str
    health: Health
    found: tuple[str, str] = ("", "")
    remedy: tuple[str, str] = ("", "")


def diagnose(settings: Settings, *, transport: httpx2.BaseTransport | None = None) -> Iterator[Finding]:
    """Look at settings, key, trust, gateway, clock, holders, policy and desk; stops where nothing more can be seen."""
    try:
        agency = settings.agency()
    except SettingsRefused as refused:
        for mistake in refused.mistakes:
            yield Finding("settings", Health.BAD, (mistake, mistake), _mending(mistake, settings))
        return
    agency.patience_seconds = 0.0
    yield Finding("settings", Health.GOOD, (settings.path.name, settings.path.name))
    line = BlockingLine(transport, ca_file=settings.ca_file)
    try:
        yield from _in_order(agency, line)
    finally:
        line.close()


def _in_order(agency: Agency, line: BlockingLine) -> Iterator[Finding]:
    """Look at one thing after another; what cannot be seen because of something else is not a finding of its own."""
    key = _own_key(agency)
    yield key
    reached = yield from _gateway(agency, line, known=key.health is Health.GOOD)
    if key.health is not Health.GOOD:
        return
    yield from _holders(agency, line)
    if reached:
        yield from _work(agency, line)


def _mending(mistake: str, settings: Settings) -> tuple[str, str]:
    """Say what to do about a file that cannot be used."""
    if mistake.startswith("gateway.trust"):
        path = settings.trust_path
        return f"leg het trust-bestand van de regio neer als {path}", f"put the region's trust file at {path}"
    return (
        "zet het bestand terug, of vraag met `seinhuis init` in een nieuwe map een nieuwe sleutel aan",
        "put the file back, or request a new key with `seinhuis init` in a new folder",
    )


def _own_key(agency: Agency) -> Finding:
    known = agency.trust().key(agency.key.key_id)
    if known is None or known[0].oin != agency.oin:
        remedy = ("stuur trust-request.json aan de regio", "send trust-request.json to the region")
        return Finding("key", Health.BAD, ("staat niet in het trust-bestand", "is not on the trust list"), remedy)
    if not known[1].counts_at(agency.clock()):
        remedy = ("vraag een nieuwe sleutel aan", "request a new key")
        return Finding("key", Health.BAD, ("verlopen of ingetrokken", "expired or revoked"), remedy)
    return Finding("key", Health.GOOD, (agency.key.key_id, agency.key.key_id))


def _gateway(agency: Agency, line: BlockingLine, *, known: bool) -> Generator[Finding, None, bool]:
    """Look at the gateway and the clock, and when our key is `known` ask who we are; return whether it answers us."""
    answer = _look(line, f"{agency.gateway_url.rstrip('/')}/v1/health/ready")
    if answer is None:
        remedy = ("controleer adres, netwerk en TLS", "check address, network and TLS")
        yield Finding("gateway", Health.BAD, ("niet bereikbaar", "cannot be reached"), remedy)
        return False
    offset = clock_offset(agency, answer)
    seconds = f"{offset.total_seconds():+.0f} s"
    remedy = ("zet de klok gelijk (NTP)", "set the clock (NTP)")
    fit = abs(offset) <= _LARGEST_OFFSET
    yield Finding("clock", Health.GOOD if fit else Health.BAD, (seconds, seconds), ("", "") if fit else remedy)
    if not known:
        yield Finding("gateway", Health.GOOD, ("bereikbaar", "can be reached"))
        return False
    if not fit:
        return False  # it would refuse every call for its clock
    try:
        us = line.run(whoami(agency))
    except SeinhuisError as problem:
        yield _of_problem("gateway", problem)
        return False
    yield Finding("gateway", Health.GOOD, (f"kent ons als {us.name}", f"knows us as {us.name}"))
    return True


def _holders(agency: Agency, line: BlockingLine) -> Iterator[Finding]:
    try:
        circle = agency.circle(agency.lane)
    except SeinhuisError as problem:
        yield _of_problem("manifest", problem)
        return
    manifest = circle.manifest
    kind = f"{manifest.threshold}/{manifest.holders} ({manifest.assurance})"
    yield Finding("manifest", Health.GOOD, (kind, kind))
    serving = 0
    for number, holder in sorted(circle.holders.items()):
        serving += (well := _serves(line, holder))
        remedy = ("" if well else "meld het de regio", "" if well else "tell the region")
        yield Finding(f"holder {number}", Health.GOOD if well else Health.DOUBTFUL, (holder.name, holder.name), remedy)
    if serving < manifest.threshold:
        found = (f"{serving} van de nodige {manifest.threshold}", f"{serving} of the {manifest.threshold} needed")
        yield Finding("holders", Health.BAD, found, ("probeer het later opnieuw", "try again later"))


def _work(agency: Agency, line: BlockingLine) -> Iterator[Finding]:
    try:
        allowed = line.run(check_policy(agency))
        desks = {desk.id for desk in line.run(list_contacts(agency))}
    except SeinhuisError as problem:
        yield _of_problem("policy", problem)
        return
    why = (allowed.why.nl, allowed.why.en)
    yield Finding("policy", Health.GOOD if allowed.permitted else Health.BAD, why)
    if contact_id(agency.contact) in desks:
        yield Finding("desk", Health.GOOD, (agency.contact, agency.contact))
    else:
        found = ("het loket uit de instellingen bestaat niet", "the desk of the settings does not exist")
        remedy = ("`seinhuis contact put`", "`seinhuis contact put`")
        yield Finding("desk", Health.BAD if agency.contact else Health.DOUBTFUL, found, remedy)


def _serves(line: BlockingLine, holder: Party) -> bool:
    answer = _look(line, f"{holder.url.rstrip('/')}/v1/health/ready")
    return answer is not None and answer.status == _OK


def _look(line: BlockingLine, address: str) -> Answer | None:
    (reply,) = line.run(send(RawCall("GET", address, ()), patience_seconds=_LOOK_SECONDS))
    return reply if isinstance(reply, Answer) else None


def _of_problem(about: str, problem: SeinhuisError) -> Finding:
    named = ", ".join(f"{name}: {value}" for name, value in problem.facts.items())
    found = [f"{problem.code}: {problem.title(language)} {named}".rstrip() for language in ("nl", "en")]
    return Finding(about, Health.BAD, (found[0], found[1]), (problem.fix("nl"), problem.fix("en")))
