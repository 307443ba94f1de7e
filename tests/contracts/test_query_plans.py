"""The hot statements search an index in a filled, migrated database, and read no table from end to end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, event

from gateway.core.archive import Hint
from gateway.core.involvement import Ending, Oin, Registration
from gateway.core.life_notice import LifeEvent, LifeNotice
from gateway.core.subject_request import FoundItem
from gateway.flows.ports.calls import Answer
from gateway.flows.ports.matches import MatchJob
from gateway.flows.ports.store import Recorded
from gateway.flows.ports.webhooks import Endpoint
from gateway.protocol.messages.alerts import AlertKind
from gateway.protocol.messages.consents import ConsentStatus
from gateway.protocol.messages.emergencies import Verdict
from gateway.protocol.messages.registrations import RegistrationStatus
from gateway.protocol.messages.subject_requests import DecideItem, DecisionReason, ItemDecision
from gateway.store import SqlStore
from gateway.store.transactions import SqlTx
from tests.support.footings import case_of, consent_of, converted, exclusion_of, glass_of
from tests.support.records import (
    add,
    do,
    hinted,
    match_waiting,
    mint,
    parent_of,
    person,
    recorded,
    registration,
    request_of,
    slip,
)
from tests.support.stores import STORES, Shelf, opened

AGENCIES = tuple(Oin(f"{number:020d}") for number in range(50))
_times = count()
UPHELD = DecideItem(decision=ItemDecision.UPHELD, reason=DecisionReason.JUSTIFIED)
ALONE, MET, WAITING, OVER, ARCHIVED, LEANING, FAMILIES = 32_000, 1_500, 800, 200, 2_000, 1_500, 20_000
BROKEN, SILENT = 1_000, 1_500
CHUNK = 2_000


@pytest.fixture(scope="module", params=STORES)
def filled(
    request: pytest.FixtureRequest, shelf: Shelf, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlStore]:
    """Fill a database with about 50,000 registrations, of which some met, some wait and some are over."""
    with opened(shelf.url(request.param, tmp_path_factory.mktemp("filled"))) as store:
        for agency in AGENCIES:
            endpoint = Endpoint(mint("whe"), agency, "https://agency.example/hook")
            do(store, partial(_hook, endpoint))
        _meet(store)
        _register(store, ALONE, waiting=False, parents=2)
        _register(store, OVER, waiting=False, valid_until_on=date(2026, 1, 1))
        _archive(store)
        _lean(store)
        _ask(store)
        _keep_silent(store)
        _break(store)
        _name_parents(store)
        _register(store, WAITING, waiting=True)
        _call(store)
        if request.param == "postgresql":  # autovacuum does this within a minute of such a load
            with store.database.engines.writer.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
        yield store


def _hook(endpoint: Endpoint, tx: SqlTx) -> None:
    tx.webhooks.add(endpoint)


def _register(
    store: SqlStore, number: int, *, waiting: bool, parents: int = 0, valid_until_on: date = date(2099, 1, 1)
) -> None:
    """Register persons that nobody else knows, and take their jobs away unless they are to wait."""
    rows = [
        replace(
            registration(AGENCIES[n % 50], person(mint("person")), valid_until_on=valid_until_on),
            parents=tuple(parent_of(mint("parent")) for _ in range(parents)),
        )
        for n in range(number)
    ]
    for start in range(0, number, CHUNK):
        chunk = rows[start : start + CHUNK]

        def work(tx: SqlTx, chunk: list[Any] = chunk) -> Recorded[None]:
            tx.registrations.add(chunk)
            if not waiting:
                tx.jobs.done(tx.jobs.take(limit=CHUNK))
            return recorded(None)

        store.change("fill", work)


def _archive(store: SqlStore) -> None:
    """End some registrations, keep them for their hint, and give half of the hints."""
    known = [AGENCIES[n % 50] for n in range(ARCHIVED)]
    gone = [registration(agency, person(mint("person"))) for agency in known]
    add(store, *gone)

    def keep(tx: SqlTx) -> None:
        ids = [one.id for one in gone]
        tx.jobs.done(tx.jobs.take(limit=ARCHIVED))
        tx.registrations.end(ids, status=RegistrationStatus.WITHDRAWN, reason="risk_gone", ending=Ending.ENDED)
        tx.archive.keep({id_: datetime(2031, 1, 1 + n % 28, tzinfo=UTC) for n, id_ in enumerate(ids)})
        tx.archive.give([Hint(id_, hinted(ids[0])) for id_ in ids[: ARCHIVED // 2]])

    do(store, keep)


def _meet(store: SqlStore) -> None:
    pairs = [(AGENCIES[n % 50], AGENCIES[(n + 1 + n // 50) % 50]) for n in range(MET)]
    add(store, *(registration(agency, person(n)) for n, pair in enumerate(pairs) for agency in pair))
    while store.view("waiting", lambda view: view.jobs.waiting()):
        match_waiting(store, limit=1_000)


def _lean(store: SqlStore) -> None:
    """Record consents and accepted cases, half of each over."""
    agencies = [AGENCIES[n % 50] for n in range(LEANING)]
    consents = [consent_of(agency) for agency in agencies]
    cases = [case_of(agency, AGENCIES[0], reference=f"ZVH-{n}") for n, agency in enumerate(agencies, 1)]

    def work(tx: SqlTx) -> None:
        for one in consents:
            tx.consents.record(one, converted(person(mint("person"))))
        for case in cases:
            tx.cases.add(case)
        tx.consents.end([one.id for one in consents[::2]], status=ConsentStatus.WITHDRAWN)
        for case in cases[::2]:
            tx.cases.close(case.id)
        for agency in agencies:
            shielding = exclusion_of(agency, AGENCIES[1], person(mint("person")))
            tx.exclusions.record(shielding, converted(shielding.index_token))

    do(store, work)
    resting = [replace(registration(one.agency, person(mint("person"))), consent=one.id) for one in consents]
    add(store, *resting)
    do(store, lambda tx: tx.jobs.done(tx.jobs.take(limit=LEANING)))


def _ask(store: SqlStore) -> None:
    """Take requests of persons: most were answered, some wait to be routed."""
    registered = [one for agency in AGENCIES for one in _own(store, agency)]
    asked = [request_of(AGENCIES[n % 50]) for n in range(len(registered))]

    def work(tx: SqlTx) -> None:
        for number, (request, found) in enumerate(zip(asked, registered, strict=True)):
            tx.requests.take(request)
            item = FoundItem(mint("sri"), request.id, found.id, found.agency, "gm0001")
            if number % 50:
                tx.requests.route(request.id, (item,))
            if number % 50 > 1:
                tx.requests.decide(item.id, UPHELD, by=AGENCIES[0], told_at=None)
                tx.requests.answer(request.id, today_on=date(2026, 2, 1), statement=b"{}", signature=b"")
        tx.journal.exported(tx.journal.to_export(limit=9_999)[1:])

    do(store, work)


def _break(store: SqlStore) -> None:
    """Break the glass often, have all of it confirmed, and most of it judged."""
    glass = [glass_of(AGENCIES[n % 50], number=1 + n // 50) for n in range(BROKEN)]
    add(store, *(registration for registration, _ in glass))

    def work(tx: SqlTx) -> None:
        tx.jobs.done(tx.jobs.take(limit=BROKEN))
        for number, (_, one) in enumerate(glass):
            tx.emergencies.add(one)
            tx.emergencies.confirm(one.registration, user="u-2", review_due_on=date(2099, 1, 5), calendar="nl")
            for nth in range(1, 3 if number % 20 else 1):
                officer = Oin(f"{nth:020d}")
                tx.emergencies.judge(one.registration, officer=officer, verdict=Verdict.JUSTIFIED, number=nth)

    do(store, work)


def _own(store: SqlStore, agency: Oin) -> tuple[Registration, ...]:
    return store.view("own", lambda view: view.registrations.page(agency, after="", limit=20))


def _keep_silent(store: SqlStore) -> None:
    """Let many meet of whom nobody hears anything."""
    pairs = [(AGENCIES[n % 50], AGENCIES[(n + 1) % 50]) for n in range(SILENT)]
    add(store, *(registration(agency, person(f"silent {n}")) for n, pair in enumerate(pairs) for agency in pair))

    def work(tx: SqlTx) -> None:
        jobs = tx.jobs.take(limit=2 * SILENT)
        tx.matches.withhold(tx.matches.meetings(jobs))
        tx.jobs.done(jobs)

    do(store, work)


def _withhold(tx: SqlTx) -> None:
    tx.matches.withhold(tx.matches.kept_silent(after=("", ""), limit=1))


def _name_parents(store: SqlStore) -> None:
    """Register children with two parents each; every ten in a row, at as many agencies, have one in common."""
    rows = []
    for n in range(FAMILIES):
        parents = (parent_of(f"one of {n // 10}"), parent_of(f"other of {n}"))
        rows.append(replace(registration(AGENCIES[n % 50], person(mint("person"))), parents=parents))
    for start in range(0, FAMILIES, CHUNK):
        add(store, *rows[start : start + CHUNK])
        do(store, partial(_withhold_all, withheld=start == 0))


def _withhold_all(tx: SqlTx, *, withheld: bool) -> None:
    jobs = tx.jobs.take(limit=CHUNK)
    if withheld:
        tx.matches.withhold(tx.matches.meetings(jobs))
    tx.jobs.done(jobs)


def _call(store: SqlStore) -> None:
    slips = [slip(AGENCIES[n % 50], nonce=f"nonce {n}", key=f"key {n}") for n in range(10_000)]
    answers = [Answer(one.agency, one.idempotency_key, 0, one.body_digest, b"receipt") for one in slips]

    def work(tx: SqlTx) -> Recorded[None]:
        tx.calls.admit(slips)
        tx.calls.keep(answers)
        return recorded(None)

    store.change("calls", work)


def _jobs(tx: SqlTx) -> Any:
    return tx.jobs.peek(limit=200)


def _children(tx: SqlTx) -> list[MatchJob]:
    found = tx.registrations.page(AGENCIES[0], after="", limit=9_999)[-100:]
    return [MatchJob(one.id, one.lane, one.index_token, attempts=0) for one in found]


def _end(tx: SqlTx) -> None:
    (one, *_) = tx.registrations.page(AGENCIES[0], after="", limit=1)
    tx.registrations.end([one.id], status=RegistrationStatus.WITHDRAWN, reason="risk_gone", ending=Ending.ENDED)


def _deliver_again(tx: SqlTx) -> None:
    (delivery,) = tx.webhooks.due(limit=1, per_endpoint=1)
    over_at = datetime(2026, 1, 1, tzinfo=UTC)
    tx.webhooks.failed(delivery, next_try_at=over_at, rests_until_at=over_at)


def _acknowledge(tx: SqlTx) -> None:
    tx.alerts.acknowledge(AGENCIES[0], [alert.id for alert in tx.alerts.waiting(AGENCIES[0], limit=10)])


def _see(tx: SqlTx) -> None:
    (alert, *_) = tx.alerts.waiting(AGENCIES[0], limit=1)
    tx.matches.one(alert.match, agency=AGENCIES[0])


def _cool_down(tx: SqlTx) -> None:
    (alert, *_) = tx.alerts.waiting(AGENCIES[0], limit=1)
    tx.cool_downs.holds(alert.match, agency=AGENCIES[0])


def _unconfirmed(tx: SqlTx) -> None:
    ids = [job.registration for job in _jobs(tx)]
    tx.desks.unconfirmed(ids, before_at=datetime(2026, 1, 1, tzinfo=UTC))


#: What is done, and the indexes that must carry it; `<table>_pkey` stands for the primary key of either database.
HOT: dict[str, tuple[Callable[[SqlTx], object], set[str]]] = {
    "admit a nonce": (lambda tx: tx.calls.admit([slip(), slip(nonce="nonce 7")]), set()),
    "look up answers": (lambda tx: tx.calls.answers([slip(AGENCIES[7], key="key 7")]), {"answers_pkey"}),
    "find who meets": (
        lambda tx: tx.matches.meetings(_jobs(tx)),
        {"registrations_pkey", "registrations_of_person", "matches_standing"},
    ),
    "find who meets, one": (
        lambda tx: tx.matches.meetings(_jobs(tx)[:1]),
        {"registrations_pkey", "registrations_of_person", "matches_standing"},
    ),
    "keep silent": (_withhold, {"registrations_of_person", "withheld_meetings_pkey", "withheld_meetings_of_high"}),
    "find who meets by a parent": (
        lambda tx: tx.matches.meetings(_children(tx)),
        {"registration_parents_pkey", "children_of_parent", "registrations_of_person"},
    ),
    "who waits by a parent": (
        lambda tx: tx.jobs.waits_by_parent(_children(tx)[0].registration),
        {"registration_parents_pkey", "children_of_parent"},
    ),
    "jobs of persons": (lambda tx: tx.jobs.of_persons({person(1)}), {"match_jobs_of_person"}),
    "end stale matches": (
        lambda tx: tx.matches.end_stale(_jobs(tx)),
        {"matches_standing", "match_parties_pkey", "registrations_pkey"},
    ),
    "end a registration": (_end, {"registrations_pkey", "match_parties_of_registration", "registrations_of_person"}),
    "newest alerts": (lambda tx: tx.alerts.newest(AGENCIES[0], limit=100), {"alerts_waiting"}),
    "waiting alerts": (lambda tx: tx.alerts.waiting(AGENCIES[0], limit=100), {"alerts_waiting"}),
    "acknowledge": (_acknowledge, {"alerts_pkey"}),
    "own page": (
        lambda tx: tx.registrations.page(AGENCIES[7], after="reg_0", limit=100),
        {"registrations_of_agency"},
    ),
    "a match seen": (_see, {"matches_pkey", "match_parties_pkey"}),
    "due deliveries": (lambda tx: tx.webhooks.due(limit=64, per_endpoint=8), {"deliveries_due"}),
    "deliver again": (_deliver_again, set()),
    "due to expire": (lambda tx: tx.registrations.due_to_expire(limit=200), {"registrations_ending"}),
    "whom the archive hints to": (
        lambda tx: tx.archive.bygones({job.index_token for job in _jobs(tx)}),
        {"registrations_archived"},
    ),
    "archive due to purge": (lambda tx: tx.archive.due_to_purge(limit=200), {"archive_ending"}),
    "notices to remind of": (
        lambda tx: tx.reminders.due(AlertKind.NOTICE_DUE, today_on=date(2026, 1, 1)),
        {"notices_to_remind"},
    ),
    "terms to remind of": (
        lambda tx: tx.reminders.due(AlertKind.RENEWAL_DUE, today_on=date(2026, 1, 1)),
        {"renewals_to_remind"},
    ),
    "remind": (
        lambda tx: tx.reminders.take(AlertKind.RENEWAL_DUE, today_on=date(2026, 1, 1), limit=200),
        {"renewals_to_remind", "registrations_pkey"},
    ),
    "namesakes": (
        lambda tx: tx.registrations.namesakes(person(1), agency=AGENCIES[0]),
        {"registrations_of_person"},
    ),
    "is a contact held back": (_cool_down, {"match_parties_pkey", "match_parties_of_registration"}),
    "whether a match climbs": (lambda tx: tx.matches.climbing(before_on=date(2026, 1, 1)), {"matches_climbing"}),
    "matches that climb": (
        lambda tx: tx.matches.take_climbing(before_on=date(2026, 1, 1), limit=200),
        {"matches_climbing"},
    ),
    "mutes": (lambda tx: tx.matches.mutes({person(1)}), {"matches_muted"}),
    "desks not confirmed": (_unconfirmed, {"registrations_pkey"}),
    "valid consents": (lambda tx: tx.consents.valid({person(1)}), {"consents_valid"}),
    "what rests on consents": (
        lambda tx: tx.consents.resting_on([mint("cns"), mint("cns")]),
        {"registrations_on_consent"},
    ),
    "consents due to expire": (lambda tx: tx.consents.due_to_expire(limit=200), {"consents_ending"}),
    "exclusions that stand": (lambda tx: tx.exclusions.standing({person(1)}), {"exclusions_standing"}),
    "matches to part": (
        lambda tx: tx.exclusions.standing_matches(person(1)),
        {"registrations_of_person", "matches_standing"},
    ),
    "open cases": (
        lambda tx: tx.cases.open_of({"ZVH-3", "ZVH-4"}),
        {"safety_cases_open", "case_participants_pkey"},
    ),
    "what is held of a person": (
        lambda tx: tx.requests.found(request_of(AGENCIES[0])),
        {"registrations_of_person", "registrations_archived"},
    ),
    "requests to route": (lambda tx: tx.requests.to_route(limit=50), {"subject_requests_to_route"}),
    "requests to answer": (
        lambda tx: tx.requests.to_answer(today_on=date(2026, 1, 20), limit=50),
        {"subject_requests_ready", "subject_request_items_undecided", "erasures_to_export"},
    ),
    "requests to remind of": (
        lambda tx: tx.requests.to_remind(until_on=date(2026, 1, 20), limit=50),
        {"subject_requests_pending"},
    ),
    "own requests": (
        lambda tx: tx.requests.page(AGENCIES[7], after="srq_0", limit=100),
        {"subject_requests_of_desk"},
    ),
    "items to advise on": (
        lambda tx: tx.requests.items_of_agency(AGENCIES[7], after="sri_0", only="", limit=100),
        {"subject_request_items_of_agency"},
    ),
    "does a request restrict": (
        lambda tx: tx.requests.binds(mint("reg")),
        {"subject_request_items_of_registration"},
    ),
    "erasures to export": (lambda tx: tx.journal.to_export(limit=500), {"erasures_to_export"}),
    "what stands about a person who died": (
        lambda tx: tx.life_notices.registrations_of(
            LifeNotice(mint("lif"), AGENCIES[0], LifeEvent.DIED, "youth", person(1), date(2026, 1, 2))
        ),
        {"registrations_of_person", "registrations_archived"},
    ),
    "confirmed emergencies": (lambda tx: tx.emergencies.confirmed({"reg_1", "reg_2"}), {"emergencies_pkey"}),
    "whether an emergency shows": (lambda tx: tx.emergencies.both_open(mint("mat")), {"match_parties_pkey"}),
    "how often the glass was broken": (
        lambda tx: tx.emergencies.used(AGENCIES[7], user="user-one", on=date(2026, 1, 2)),
        set(),
    ),
    "overdue reviews": (
        lambda tx: tx.emergencies.unreviewed(before_on=date(2026, 1, 2)),
        {"emergencies_unreviewed"},
    ),
    "take jobs": (lambda tx: tx.jobs.take(limit=200), {"match_jobs_waiting"}),
    "is a job waiting": (lambda tx: tx.jobs.waiting(), {"match_jobs_waiting"}),
    "remove jobs": (lambda tx: tx.jobs.done(_jobs(tx)), {"match_jobs_pkey"}),
}


_ALERTS_WAITING = (
    "CREATE INDEX alerts_waiting ON alerts (agency, created_at, id) WHERE acknowledged_at IS NULL"  # as it was
)


class _Undo(Exception):
    """The plans are known; leave the database as it was."""


@pytest.mark.parametrize("what", HOT)
def test_a_hot_statement_searches_its_index(filled: SqlStore, what: str) -> None:
    """The database explains every statement that is sent: the index is used, no large table is read through."""
    work, indexes = HOT[what]
    plans = _explained(filled, work)
    used = {index for plan in plans for index in plan.indexes}
    assert indexes <= used, plans
    # The few endpoints, desks and silent families are read whole; an index walked in its order, up to a limit, is as
    # good as searched.
    walked = {what for plan in plans for what in plan.read_through} - indexes
    assert set() == walked - {"endpoints", "desks", "withheld_by_parents", "match_jobs_waiting"}, plans


def test_the_test_would_see_a_table_read_through(filled: SqlStore) -> None:
    """The probe: without its index the same statement is a finding."""
    engine = filled.database.engines.writer
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX alerts_waiting")
    try:
        work, _ = HOT["waiting alerts"]
        plans = _explained(filled, work)
        assert {what for plan in plans for what in plan.read_through}, plans
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(_ALERTS_WAITING)


class _Plan:
    """What the database says that it does: the indexes it uses, the tables and indexes it reads from end to end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.indexes: set[str] = set()
        self.read_through: set[str] = set()

    def __repr__(self) -> str:
        return f"\n{self.text}"


def _explained(store: SqlStore, work: Callable[[SqlTx], object]) -> list[_Plan]:
    """Run the work, explain each of its statements where it stands, and undo it."""
    engine = store.database.engines.writer
    plans: list[_Plan] = []
    busy: list[bool] = []
    explain = _explain_postgresql if engine.dialect.name == "postgresql" else _explain_sqlite

    def before(
        connection: Connection, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if busy or not statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            return
        busy.append(True)
        plans.append(explain(connection, statement, parameters[0] if many else parameters))
        busy.clear()

    def run(tx: SqlTx) -> Recorded[None]:
        event.listen(engine, "before_cursor_execute", before)
        try:
            work(tx)
        finally:
            event.remove(engine, "before_cursor_execute", before)
        raise _Undo

    with pytest.raises(_Undo):
        store.change("explain", run)
    return plans


def _explain_postgresql(connection: Connection, statement: str, parameters: Any) -> _Plan:
    (found,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).one()
    plan = _Plan(f"{statement}\n{found}")
    nodes = [found[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if "Index Name" in node:
            plan.indexes.add(node["Index Name"])
            if "Index Cond" not in node:
                plan.read_through.add(node["Index Name"])
        if node["Node Type"] == "Seq Scan":
            plan.read_through.add(node["Relation Name"])
    return plan


def _explain_sqlite(connection: Connection, statement: str, parameters: Any) -> _Plan:
    # A text of its own each time: the driver keeps a prepared explanation, which would explain an index long gone.
    explain = f"EXPLAIN QUERY PLAN {statement} -- {next(_times)}"
    rows = [row[3] for row in connection.exec_driver_sql(explain, parameters)]
    plan = _Plan(f"{statement}\n{rows}")
    aliases = {
        "mine": "registrations",
        "other": "registrations",
        "gone": "registrations",
        "low": "registrations",
        "high": "registrations",
        "own": "match_parties",
    }
    for words in (row.split() for row in rows):
        name = aliases.get(words[1], words[1])
        if "INDEX" in words:
            name = words[words.index("INDEX") + 1]
            if name.startswith("sqlite_autoindex_"):
                name = name.removeprefix("sqlite_autoindex_").rpartition("_")[0] + "_pkey"
            plan.indexes.add(name)
        if words[0] == "SCAN" and "VIRTUAL" not in words and words[1] != "CONSTANT":
            plan.read_through.add(name)
    return plan
