"""What a flow sees of one transaction: the ports, the database's time, and the claim on persons."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import select

from gateway.store.alerts import SqlAlerts
from gateway.store.archive import SqlArchive
from gateway.store.calls import SqlCallLedger
from gateway.store.consents import SqlConsents
from gateway.store.cool_downs import SqlCoolDowns
from gateway.store.decisions import SqlDecisions
from gateway.store.desks import SqlDesks
from gateway.store.dialect import Dialect
from gateway.store.emergencies import SqlEmergencies
from gateway.store.erasure_journal import SqlErasureJournal
from gateway.store.events import SqlEvents
from gateway.store.exclusions import SqlExclusions
from gateway.store.handovers import SqlHandovers
from gateway.store.home_bans import SqlHomeBans
from gateway.store.instants import DatabaseTime, instant
from gateway.store.life_notices import SqlLifeNotices
from gateway.store.match_jobs import SqlMatchJobs
from gateway.store.matches import SqlMatches
from gateway.store.oversights import SqlOversights
from gateway.store.policies import SqlPolicies
from gateway.store.purges import SqlPurges
from gateway.store.reconcile import Findings, findings
from gateway.store.registrations import SqlRegistrations
from gateway.store.reminders import SqlReminders
from gateway.store.safety_cases import SqlSafetyCases
from gateway.store.sheet import Sheet
from gateway.store.subject_requests import SqlSubjectRequests
from gateway.store.usefulness import SqlUsefulness
from gateway.store.webhooks import SqlWebhooks
from keys.tokens import IndexToken

_NOW: Final = select(DatabaseTime())


class SqlView:
    """A consistent look; the database refuses a change through it."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.registrations = SqlRegistrations(sheet)
        self.jobs = SqlMatchJobs(sheet)
        self.matches = SqlMatches(sheet)
        self.alerts = SqlAlerts(sheet)
        self.archive = SqlArchive(sheet)
        self.cool_downs = SqlCoolDowns(sheet)
        self.reminders = SqlReminders(sheet)
        self.desks = SqlDesks(sheet)
        self.decisions = SqlDecisions(sheet)
        self.usefulness = SqlUsefulness(sheet)
        self.webhooks = SqlWebhooks(sheet)
        self.events = SqlEvents(sheet)
        self.policies = SqlPolicies(sheet)
        self.purges = SqlPurges(sheet)
        self.oversights = SqlOversights(sheet)
        self.handovers = SqlHandovers(sheet)
        self.consents = SqlConsents(sheet)
        self.requests = SqlSubjectRequests(sheet)
        self.journal = SqlErasureJournal(sheet)
        self.exclusions = SqlExclusions(sheet)
        self.bans = SqlHomeBans(sheet)
        self.life_notices = SqlLifeNotices(sheet)
        self.emergencies = SqlEmergencies(sheet)
        self.cases = SqlSafetyCases(sheet)

    def now(self) -> datetime:
        """Return the database's time."""
        return instant(self._sheet.read(_NOW).scalar_one())

    def findings(self) -> Findings:
        """Return what the reconciler finds (G10)."""
        return findings(self._sheet)


class SqlTx(SqlView):
    """One transaction."""

    def __init__(self, sheet: Sheet, dialect: Dialect) -> None:
        super().__init__(sheet)
        self._dialect = dialect
        self.calls = SqlCallLedger(sheet)

    def claim(self, index_tokens: Collection[IndexToken]) -> None:
        """Hold these persons until commit, in order of prefix; two persons that share one share the hold."""
        if prefixes := sorted({token.prefix for token in index_tokens}):
            self._dialect.claim(self._sheet.connection, prefixes)
