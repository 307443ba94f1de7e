"""Holds the client: `Gateway` for ordinary code, `AsyncGateway` for an event loop, with the same names and plans.

    with Gateway.from_env() as gateway:
        receipt = gateway.registrations.register(noor, case="Z-2027-12", notice=notice_given(today))
        for alert in gateway.alerts.pending():
            match = gateway.matches.show(alert)
            ...
            gateway.matches.report_contact(match, outcome="contacted")
            gateway.alerts.acknowledge(alert)

What a method does and raises stands at its plan, in `registering` and `hearing`; here it only gets carried out.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from functools import wraps
from itertools import islice
from typing import Concatenate, ParamSpec, Self, TypeVar

import httpx2

from adapters import (
    banning,
    casework,
    consenting,
    emergencies,
    excluding,
    exercising,
    handing_over,
    hearing,
    keeping,
    life_notices,
    registering,
    reporting,
    resolving,
    settling,
    streaming,
)
from adapters.agency import Agency
from adapters.hearing import Alert
from adapters.involvement import Involvement
from adapters.person_token import PERSONS_PER_CALL
from adapters.registering import BatchResult
from adapters.settings import Settings
from adapters.transport import AsyncLine, BlockingLine, Plan

P = ParamSpec("P")
A = TypeVar("A")


class _Part:
    def __init__(self, agency: Agency, line: BlockingLine) -> None:
        self._agency = agency
        self._line = line


class _AsyncPart:
    def __init__(self, agency: Agency, line: AsyncLine) -> None:
        self._agency = agency
        self._line = line


def _blocking(plan: Callable[Concatenate[Agency, P], Plan[A]]) -> Callable[Concatenate[_Part, P], A]:
    @wraps(plan)
    def method(self: _Part, /, *args: P.args, **kwargs: P.kwargs) -> A:
        return self._line.run(plan(self._agency, *args, **kwargs))

    return method


def _awaited(plan: Callable[Concatenate[Agency, P], Plan[A]]) -> Callable[Concatenate[_AsyncPart, P], Awaitable[A]]:
    @wraps(plan)
    async def method(self: _AsyncPart, /, *args: P.args, **kwargs: P.kwargs) -> A:
        return await self._line.run(plan(self._agency, *args, **kwargs))

    return method


class Registrations(_Part):
    """Say that the agency is involved, still is, or no longer is."""

    register = _blocking(registering.register)
    register_batch = _blocking(registering.register_batch)
    renew = _blocking(registering.renew)
    withdraw = _blocking(registering.withdraw)
    record_notice = _blocking(keeping.record_notice)
    restrict = _blocking(keeping.restrict)
    lift_restriction = _blocking(keeping.lift_restriction)
    resolve_identity = _blocking(resolving.resolve_identity)
    archive_hints = _blocking(keeping.archive_hints)
    show = _blocking(registering.show_registration)
    page = _blocking(registering.page_of_registrations)
    list = _blocking(registering.list_registrations)

    def register_many(
        self, involvements: Iterable[Involvement], *, lane: str = "", purpose: str = ""
    ) -> Iterator[BatchResult]:
        """Register any number, 1,000 a call, two calls under way at once; rows count from 0 within each result."""
        return self.register_batches(((batch, "") for batch in _batches(involvements)), lane=lane, purpose=purpose)

    def register_batches(
        self, batches: Iterable[tuple[Sequence[Involvement], str]], *, lane: str = "", purpose: str = ""
    ) -> Iterator[BatchResult]:
        """Register batches, each under its idempotency key (empty: a new one), two under way at once, in order."""
        plan, agency = registering.register_batch, self._agency.for_purpose(purpose)
        return self._line.each(plan(agency, rows, lane=lane, idempotency_key=key) for rows, key in batches)


class Alerts(_Part):
    """Hear that somebody else is involved."""

    pending = _blocking(hearing.pending)
    wait = _blocking(hearing.wait)
    acknowledge = _blocking(hearing.acknowledge)

    def stream(self) -> Iterator[Alert]:
        """Return alerts as they come, without end: first those that wait, then new ones; each id once a stream."""
        return streaming.follow(self._agency, self._line)


class Matches(_Part):
    """Look at a match, and report what came of it."""

    show = _blocking(hearing.show_match)
    list = _blocking(hearing.list_matches)
    report_contact = _blocking(hearing.report_contact)
    take_over = _blocking(settling.take_over)
    mute = _blocking(settling.mute)
    name_coordinator = _blocking(settling.name_coordinator)
    supervised = _blocking(settling.list_supervised)


class Contacts(_Part):
    """Say who may be called."""

    put = _blocking(hearing.put_contact)
    confirm = _blocking(hearing.confirm_contact)
    list = _blocking(hearing.list_contacts)


class Consents(_Part):
    """Say what a person consents to, and that the person withdrew it."""

    record = _blocking(consenting.record_consent)
    withdraw = _blocking(consenting.withdraw_consent)
    show = _blocking(consenting.show_consent)
    list = _blocking(consenting.list_consents)


class Exclusions(_Part):
    """Say who must learn nothing of a person, and mediate."""

    record = _blocking(excluding.record_exclusion)
    lift = _blocking(excluding.lift_exclusion)
    show = _blocking(excluding.show_exclusion)
    list = _blocking(excluding.list_exclusions)


class Handovers(_Part):
    """Hold safety oversight, hand it over, take it or not."""

    begin = _blocking(handing_over.begin)
    offer = _blocking(handing_over.offer)
    accept = _blocking(handing_over.accept)
    refuse = _blocking(handing_over.refuse)
    withdraw = _blocking(handing_over.withdraw)
    show = _blocking(handing_over.show_handover)
    list = _blocking(handing_over.list_handovers)


class HomeBans(_Part):
    """Say that a home ban is in force, and that it was extended."""

    impose = _blocking(banning.impose_ban)
    extend = _blocking(banning.extend_ban)


class Rights(_Part):
    """Take requests of persons, advise on them, decide and answer them."""

    take = _blocking(exercising.take)
    show = _blocking(exercising.show)
    list = _blocking(exercising.list_requests)
    extend = _blocking(exercising.extend)
    answer = _blocking(exercising.answer)
    items = _blocking(exercising.list_items)
    advise = _blocking(exercising.advise)
    decide = _blocking(exercising.decide)


class Emergencies(_Part):
    """Break the glass with two people, and judge, as an officer, whether that was justified."""

    break_glass = _blocking(emergencies.break_glass)
    confirm = _blocking(emergencies.confirm_emergency)
    list = _blocking(emergencies.list_emergencies)
    to_review = _blocking(emergencies.list_to_review)
    judge = _blocking(emergencies.judge_emergency)


class LifeNotices(_Part):
    """Say, as a register of persons, that somebody died or moved."""

    death = _blocking(life_notices.notice_death)
    move = _blocking(life_notices.notice_move)


class Cases(_Part):
    """Keep the accepted cases in which we take part."""

    open = _blocking(casework.open_case)
    close = _blocking(casework.close_case)
    show = _blocking(casework.show_case)
    list = _blocking(casework.list_cases)


class Reports(_Part):
    """See whether matches led to contact, and who takes part: figures that tell of nobody."""

    usefulness = _blocking(reporting.show_usefulness)
    coverage = _blocking(reporting.show_coverage)


class Webhooks(_Part):
    """Be called when an alert waits."""

    add = _blocking(hearing.add_webhook)
    list = _blocking(hearing.list_webhooks)
    remove = _blocking(hearing.remove_webhook)


class Gateway(_Part):
    """The gateway as an agency uses it. Several threads may share one. Close it, or use it as a context manager."""

    def __init__(self, agency: Agency, *, transport: httpx2.BaseTransport | None = None, ca_file: str = "") -> None:
        """Speak for an agency, over the network or another transport."""
        super().__init__(agency, BlockingLine(transport, ca_file=ca_file))
        parts = (agency, self._line)
        self.registrations = Registrations(*parts)
        self.alerts = Alerts(*parts)
        self.matches = Matches(*parts)
        self.contacts = Contacts(*parts)
        self.handovers = Handovers(*parts)
        self.webhooks = Webhooks(*parts)
        self.reports = Reports(*parts)
        self.consents = Consents(*parts)
        self.exclusions = Exclusions(*parts)
        self.home_bans = HomeBans(*parts)
        self.rights = Rights(*parts)
        self.emergencies = Emergencies(*parts)
        self.life_notices = LifeNotices(*parts)
        self.cases = Cases(*parts)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Open the keystore and speak for the agency of a settings file."""
        return cls(settings.agency(), ca_file=settings.ca_file)

    @classmethod
    def from_env(cls) -> Self:
        """Speak for the agency of the settings file that SEINHUIS_CONFIG names; raises SettingsRefused."""
        return cls.from_settings(Settings.from_env())

    whoami = _blocking(hearing.whoami)
    check_policy = _blocking(hearing.check_policy)

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncRegistrations(_AsyncPart):
    """Say that the agency is involved, still is, or no longer is."""

    register = _awaited(registering.register)
    register_batch = _awaited(registering.register_batch)
    renew = _awaited(registering.renew)
    withdraw = _awaited(registering.withdraw)
    record_notice = _awaited(keeping.record_notice)
    restrict = _awaited(keeping.restrict)
    lift_restriction = _awaited(keeping.lift_restriction)
    resolve_identity = _awaited(resolving.resolve_identity)
    archive_hints = _awaited(keeping.archive_hints)
    show = _awaited(registering.show_registration)
    page = _awaited(registering.page_of_registrations)
    list = _awaited(registering.list_registrations)

    def register_many(
        self, involvements: Iterable[Involvement], *, lane: str = "", purpose: str = ""
    ) -> AsyncIterator[BatchResult]:
        """Register any number, 1,000 a call, two calls under way at once; rows count from 0 within each result."""
        return self.register_batches(((batch, "") for batch in _batches(involvements)), lane=lane, purpose=purpose)

    def register_batches(
        self, batches: Iterable[tuple[Sequence[Involvement], str]], *, lane: str = "", purpose: str = ""
    ) -> AsyncIterator[BatchResult]:
        """Register batches, each under its idempotency key (empty: a new one), two under way at once, in order."""
        plan, agency = registering.register_batch, self._agency.for_purpose(purpose)
        return self._line.each(plan(agency, rows, lane=lane, idempotency_key=key) for rows, key in batches)


class AsyncAlerts(_AsyncPart):
    """Hear that somebody else is involved."""

    pending = _awaited(hearing.pending)
    wait = _awaited(hearing.wait)
    acknowledge = _awaited(hearing.acknowledge)

    def stream(self) -> AsyncIterator[Alert]:
        """Return alerts as they come, without end: first those that wait, then new ones; each id once a stream."""
        return streaming.follow_async(self._agency, self._line)


class AsyncMatches(_AsyncPart):
    """Look at a match, and report what came of it."""

    show = _awaited(hearing.show_match)
    list = _awaited(hearing.list_matches)
    report_contact = _awaited(hearing.report_contact)
    take_over = _awaited(settling.take_over)
    mute = _awaited(settling.mute)
    name_coordinator = _awaited(settling.name_coordinator)
    supervised = _awaited(settling.list_supervised)


class AsyncContacts(_AsyncPart):
    """Say who may be called."""

    put = _awaited(hearing.put_contact)
    confirm = _awaited(hearing.confirm_contact)
    list = _awaited(hearing.list_contacts)


class AsyncConsents(_AsyncPart):
    """Say what a person consents to, and that the person withdrew it."""

    record = _awaited(consenting.record_consent)
    withdraw = _awaited(consenting.withdraw_consent)
    show = _awaited(consenting.show_consent)
    list = _awaited(consenting.list_consents)


class AsyncExclusions(_AsyncPart):
    """Say who must learn nothing of a person, and mediate."""

    record = _awaited(excluding.record_exclusion)
    lift = _awaited(excluding.lift_exclusion)
    show = _awaited(excluding.show_exclusion)
    list = _awaited(excluding.list_exclusions)


class AsyncHandovers(_AsyncPart):
    """Hold safety oversight, hand it over, take it or not."""

    begin = _awaited(handing_over.begin)
    offer = _awaited(handing_over.offer)
    accept = _awaited(handing_over.accept)
    refuse = _awaited(handing_over.refuse)
    withdraw = _awaited(handing_over.withdraw)
    show = _awaited(handing_over.show_handover)
    list = _awaited(handing_over.list_handovers)


class AsyncHomeBans(_AsyncPart):
    """Say that a home ban is in force, and that it was extended."""

    impose = _awaited(banning.impose_ban)
    extend = _awaited(banning.extend_ban)


class AsyncRights(_AsyncPart):
    """Take requests of persons, advise on them, decide and answer them."""

    take = _awaited(exercising.take)
    show = _awaited(exercising.show)
    list = _awaited(exercising.list_requests)
    extend = _awaited(exercising.extend)
    answer = _awaited(exercising.answer)
    items = _awaited(exercising.list_items)
    advise = _awaited(exercising.advise)
    decide = _awaited(exercising.decide)


class AsyncEmergencies(_AsyncPart):
    """Break the glass with two people, and judge, as an officer, whether that was justified."""

    break_glass = _awaited(emergencies.break_glass)
    confirm = _awaited(emergencies.confirm_emergency)
    list = _awaited(emergencies.list_emergencies)
    to_review = _awaited(emergencies.list_to_review)
    judge = _awaited(emergencies.judge_emergency)


class AsyncLifeNotices(_AsyncPart):
    """Say, as a register of persons, that somebody died or moved."""

    death = _awaited(life_notices.notice_death)
    move = _awaited(life_notices.notice_move)


class AsyncCases(_AsyncPart):
    """Keep the accepted cases in which we take part."""

    open = _awaited(casework.open_case)
    close = _awaited(casework.close_case)
    show = _awaited(casework.show_case)
    list = _awaited(casework.list_cases)


class AsyncReports(_AsyncPart):
    """See whether matches led to contact, and who takes part: figures that tell of nobody."""

    usefulness = _awaited(reporting.show_usefulness)
    coverage = _awaited(reporting.show_coverage)


class AsyncWebhooks(_AsyncPart):
    """Be called when an alert waits."""

    add = _awaited(hearing.add_webhook)
    list = _awaited(hearing.list_webhooks)
    remove = _awaited(hearing.remove_webhook)


class AsyncGateway(_AsyncPart):
    """The gateway as an agency uses it from an event loop. Close it, or use it as an async context manager."""

    def __init__(
        self, agency: Agency, *, transport: httpx2.AsyncBaseTransport | None = None, ca_file: str = ""
    ) -> None:
        """Speak for an agency, over the network or another transport."""
        super().__init__(agency, AsyncLine(transport, ca_file=ca_file))
        parts = (agency, self._line)
        self.registrations = AsyncRegistrations(*parts)
        self.alerts = AsyncAlerts(*parts)
        self.matches = AsyncMatches(*parts)
        self.contacts = AsyncContacts(*parts)
        self.handovers = AsyncHandovers(*parts)
        self.webhooks = AsyncWebhooks(*parts)
        self.reports = AsyncReports(*parts)
        self.consents = AsyncConsents(*parts)
        self.exclusions = AsyncExclusions(*parts)
        self.home_bans = AsyncHomeBans(*parts)
        self.rights = AsyncRights(*parts)
        self.emergencies = AsyncEmergencies(*parts)
        self.life_notices = AsyncLifeNotices(*parts)
        self.cases = AsyncCases(*parts)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Open the keystore and speak for the agency of a settings file."""
        return cls(settings.agency(), ca_file=settings.ca_file)

    @classmethod
    def from_env(cls) -> Self:
        """Speak for the agency of the settings file that SEINHUIS_CONFIG names; raises SettingsRefused."""
        return cls.from_settings(Settings.from_env())

    whoami = _awaited(hearing.whoami)
    check_policy = _awaited(hearing.check_policy)

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _batches(involvements: Iterable[Involvement]) -> Iterator[tuple[Involvement, ...]]:
    waiting = iter(involvements)
    while batch := tuple(islice(waiting, PERSONS_PER_CALL)):
        yield batch
