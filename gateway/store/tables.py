"""The tables as the statements name them; the migrations make them, and a test holds the two together.

Persons are found by `token_prefix`, eight bytes of the index token in a narrow b-tree, and confirmed by the whole token
in the row. Every statement of the matching path carries the prefix, so that these tables can be spread by it later.
Ids sort by bytes in both databases: a database's own language must not decide which agency is `low`.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from gateway.store.instants import DatabaseTime

metadata = MetaData()

#: Text that is compared or sorted: byte order in PostgreSQL, as SQLite does by itself.
Key = Text().with_variant(Text(collation="C"), "postgresql")


def _where(name: str, *columns: str, condition: str, unique: bool = False) -> Index:
    """Return an index of only those rows that a hot statement looks for."""
    only = text(condition)
    return Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)


#: Which reminder is still to be given: once for each day of review, and once for each end of a term.
NOTICE_TO_REMIND: Final = (
    "status = 'active' AND notice_status = 'deferred'"
    " AND (notice_reminded_on IS NULL OR notice_reminded_on < notice_on)"
)
RENEWAL_TO_REMIND: Final = "status = 'active' AND (renewal_reminded_on IS NULL OR renewal_reminded_on < valid_until_on)"

registrations = Table(
    "registrations",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agency", Key, nullable=False),
    Column("lane", Key, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("key_id", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("flag", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("notice_status", Text, nullable=False),
    Column("notice_on", Date, nullable=False),
    Column("notice_reason", Text),
    Column("valid_until_on", Date, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("ended_at", BigInteger),
    Column("ended_reason", Text),
    Column("restricted_at", BigInteger),
    Column("archive_until_on", Date),
    Column("archived_until_at", BigInteger),
    Column("confidential_address", Integer, nullable=False, server_default="0"),
    Column("identity", Text, nullable=False, server_default="exact"),
    Column("notice_reminded_on", Date),
    Column("renewal_reminded_on", Date),
    Column("consent", Key),
    _where("registrations_of_person", "token_prefix", condition="status = 'active'"),
    Index("registrations_of_agency", "agency", "id"),
    _where("registrations_ending", "ends_at", condition="status = 'active'"),
    _where("registrations_archived", "token_prefix", condition="archived_until_at IS NOT NULL"),
    _where("archive_ending", "archived_until_at", condition="archived_until_at IS NOT NULL"),
    _where("notices_to_remind", "notice_on", condition=NOTICE_TO_REMIND),
    _where("renewals_to_remind", "ends_at", condition=RENEWAL_TO_REMIND),
    _where("registrations_on_consent", "consent", condition="consent IS NOT NULL"),
)

#: The parents whom a registration of a child names, while it goes on; apart, so that none matches as a person.
registration_parents = Table(
    "registration_parents",
    metadata,
    Column("registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    CheckConstraint("place BETWEEN 1 AND 2", name="parents_of_a_child"),
    Index("children_of_parent", "token_prefix"),
)

#: The one hint that an archived registration gives: the key says that there is never a second (domain rule 12).
archive_hints = Table(
    "archive_hints",
    metadata,
    Column("archived", Key, ForeignKey("registrations.id"), primary_key=True),
    Column("registration", Key, ForeignKey("registrations.id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("why_nl", Text, nullable=False),
    Column("why_en", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False, default=DatabaseTime()),
    Index("archive_hints_of_registration", "registration"),
)

match_jobs = Table(
    "match_jobs",
    metadata,
    Column("registration", Key, ForeignKey("registrations.id"), primary_key=True),
    Column("lane", Key, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("accepted_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("attempts", Integer, nullable=False),
    Column("parked_at", BigInteger),
    _where("match_jobs_waiting", "accepted_at", "registration", condition="parked_at IS NULL"),
    Index("match_jobs_of_person", "token_prefix"),
)

nonces = Table(
    "nonces",
    metadata,
    Column("key_id", Key, primary_key=True),
    Column("nonce", Key, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Index("nonces_expiring", "expires_at"),
)

answers = Table(
    "answers",
    metadata,
    Column("agency", Key, primary_key=True),
    Column("idempotency_key", Key, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("body_digest", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("kept_at", BigInteger, nullable=False, default=DatabaseTime()),
    Index("answers_kept", "kept_at"),
)

matches = Table(
    "matches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("lane", Key, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("agency_low", Key, nullable=False),
    Column("agency_high", Key, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("due_on", Date, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("policy_digest", Text, nullable=False),
    Column("ended_at", BigInteger),
    # Where it is on the ladder, and the last day of the term after which it goes to the next step.
    Column("step", Text, nullable=False, server_default="reporter"),
    Column("next_step_on", Date),
    Column("deputy_on", Date),
    Column("coordinator_on", Date),
    Column("supervisor_on", Date),
    Column("muted_at", BigInteger),
    Column("case_coordinator", Key),
    Column("kind", Text, nullable=False, server_default="person_match"),
    CheckConstraint("agency_low < agency_high", name="matches_between_two"),
    # Exactly one match stands between two agencies about one person (G9), whatever the statements before it believed;
    # and one about the different children of one parent.
    _where(
        "matches_standing",
        *("token_prefix", "index_token", "lane", "agency_low", "agency_high", "kind"),
        condition="ended_at IS NULL",
        unique=True,
    ),
    _where("matches_climbing", "next_step_on", "id", condition="next_step_on IS NOT NULL AND ended_at IS NULL"),
    _where("matches_muted", "token_prefix", condition="muted_at IS NOT NULL"),
)

match_parties = Table(
    "match_parties",
    metadata,
    Column("match", Key, ForeignKey("matches.id"), primary_key=True),
    Column("agency", Key, primary_key=True),
    Column("registration", Key, ForeignKey("registrations.id"), nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("why_nl", Text, nullable=False),
    Column("why_en", Text, nullable=False),
    Column("outcome", Text),
    Column("reported_at", BigInteger),
    Column("handled_by", Text),
    Column("mute_asked_at", BigInteger),
    Column("muted_at", BigInteger),
    Column("named_coordinator", Key),
    Column("desk", Text),
    Index("match_parties_of_agency", "agency", "match"),
    Index("match_parties_of_registration", "registration"),
)

#: Each is about a match, or about a registration of the agency itself.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("match", Key, ForeignKey("matches.id")),
    Column("registration", Key, ForeignKey("registrations.id")),
    Column("agency", Key, nullable=False),
    Column("created_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("acknowledged_at", BigInteger),
    Column("kind", Text, nullable=False, server_default="match"),
    Column("desk", Text),
    Column("handover", Key, nullable=False, server_default=""),
    Column("exclusion", Key),
    # Nobody is told the same of a match twice, whoever tells it; of each handover through it, once.
    Index("alerts_of_match", "match", "agency", "kind", "handover", unique=True),
    _where("alerts_waiting", "agency", "created_at", "id", condition="acknowledged_at IS NULL"),
    _where("alerts_of_registration", "registration", condition="registration IS NOT NULL"),
    _where("alerts_of_exclusion", "exclusion", condition="exclusion IS NOT NULL"),
)

desks = Table(
    "desks",
    metadata,
    Column("agency", Key, primary_key=True),
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("deputy_id", Text),
    Column("confirmed_at", BigInteger, nullable=False, server_default="0"),
    Column("kind", Text),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agency", Key, nullable=False),
    Column("url", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("rests_until_at", BigInteger, nullable=False, server_default="0"),
    Index("endpoints_of_agency", "agency"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("endpoint", Key, ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True),
    Column("alert", Key, ForeignKey("alerts.id"), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("first_due_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("next_try_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("parked_at", BigInteger),
    _where("deliveries_due", "endpoint", "next_try_at", condition="parked_at IS NULL"),
    Index("deliveries_of_alert", "alert"),
)

#: Two registrations of one person of which a side would have heard nothing; the reconciler does not miss their match.
withheld_meetings = Table(
    "withheld_meetings",
    metadata,
    Column("low", Key, ForeignKey("registrations.id"), primary_key=True),
    Column("high", Key, ForeignKey("registrations.id"), primary_key=True),
    Index("withheld_meetings_of_high", "high"),
)

#: Two registrations of different children with a parent in common, of which a side would have heard nothing.
withheld_by_parents = Table(
    "withheld_by_parents",
    metadata,
    Column("low", Key, ForeignKey("registrations.id"), primary_key=True),
    Column("high", Key, ForeignKey("registrations.id"), primary_key=True),
    Index("withheld_by_parents_of_high", "high"),
)

#: What a purge took so far and how far it came; with its statement and signature it is over and is the receipt.
purge_receipts = Table(
    "purge_receipts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("lane", Key, nullable=False),
    Column("registrations", BigInteger, nullable=False),
    Column("jobs", BigInteger, nullable=False),
    Column("matches", BigInteger, nullable=False),
    Column("alerts", BigInteger, nullable=False),
    Column("deliveries", BigInteger, nullable=False),
    Column("reached", Key, nullable=False),
    Column("first_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("last_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("statement", LargeBinary),
    Column("signature", LargeBinary),
    _where("purges_under_way", "lane", condition="statement IS NULL", unique=True),
)

#: Who holds safety oversight of a person, one row for each time that it was held; it ends with its registration.
safety_oversights = Table(
    "safety_oversights",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("agency", Key, nullable=False),
    Column("registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), nullable=False),
    Column("since_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    # Exactly one agency holds it at every instant (domain rule 16), whatever the statements before it believed.
    _where("safety_oversights_held", "token_prefix", "index_token", condition="ended_at IS NULL", unique=True),
    Index("safety_oversights_of_registration", "registration"),
)

#: Offers of safety oversight, and what became of them.
handovers = Table(
    "handovers",
    metadata,
    Column("id", Key, primary_key=True),
    Column("match", Key, ForeignKey("matches.id", ondelete="CASCADE"), nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("giving_agency", Key, nullable=False),
    Column("giving_registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), nullable=False),
    Column("taking_agency", Key, nullable=False),
    Column("taking_registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), nullable=False),
    Column("conditions_version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("offered_at", BigInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("calendar", Text, nullable=False),
    Column("escalated_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("reason", Text),
    CheckConstraint("giving_agency <> taking_agency", name="handovers_between_two"),
    _where("handovers_open", "token_prefix", "index_token", condition="state = 'offered'", unique=True),
    _where("handovers_unanswered", "due_at", condition="state = 'offered' AND escalated_at IS NULL"),
    _where("handovers_accepted", "token_prefix", condition="state = 'accepted'"),
    Index("handovers_of_match", "match"),
    Index("handovers_of_giving", "giving_agency", "id"),
    Index("handovers_of_taking", "taking_agency", "id"),
    Index("handovers_of_giving_registration", "giving_registration"),
    Index("handovers_of_taking_registration", "taking_registration"),
)

#: Requests of persons about their data; whose it is goes when it is answered.
subject_requests = Table(
    "subject_requests",
    metadata,
    Column("id", Key, primary_key=True),
    Column("desk", Key, nullable=False),
    Column("lane", Key, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("right", Text, nullable=False),
    Column("age_class", Text, nullable=False),
    Column("wrong", Text),
    Column("case_reference", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("ready_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("extension", Text),
    Column("routed_at", BigInteger),
    Column("reminded_on", Date),
    Column("alarmed_on", Date),
    Column("answered_on", Date),
    Column("statement", LargeBinary),
    Column("signature", LargeBinary),
    Index("subject_requests_of_desk", "desk", "id"),
    _where("subject_requests_to_route", "received_at", condition="routed_at IS NULL"),
    _where("subject_requests_pending", "due_on", condition="state = 'pending'"),
    _where("subject_requests_ready", "ready_on", condition="state = 'pending'"),
)

#: The registrations that a request is about, each with its advice and its decision.
subject_request_items = Table(
    "subject_request_items",
    metadata,
    Column("id", Key, primary_key=True),
    Column("request", Key, ForeignKey("subject_requests.id"), nullable=False),
    Column("registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), nullable=False),
    Column("agency", Key, nullable=False),
    Column("municipality", Key, nullable=False),
    Column("restricted_at", BigInteger),
    Column("advice", Text),
    Column("advice_reason", Text),
    Column("advised_at", BigInteger),
    Column("decision", Text),
    Column("decision_reason", Text),
    Column("decided_at", BigInteger),
    Column("decided_by", Key),
    Column("told_at", BigInteger),
    Index("subject_request_items_of_request", "request"),
    _where("subject_request_items_undecided", "request", condition="decision IS NULL"),
    Index("subject_request_items_of_agency", "agency", "id"),
    Index("subject_request_items_of_municipality", "municipality", "id"),
    Index("subject_request_items_of_registration", "registration"),
)

#: What a restored backup must not undo; each row is also written to the journal outside of this database (G17).
erasure_journal = Table(
    "erasure_journal",
    metadata,
    Column("registration", Key, primary_key=True),
    Column("kind", Key, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("journaled_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("exported_at", BigInteger),
    _where("erasures_to_export", "registration", "kind", condition="exported_at IS NULL"),
)

#: `position` stays empty until the sequencer of the log gives the event its place (G30).
events = Table(
    "events",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Key, nullable=False),
    Column("at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("fields", Text, nullable=False),
    Column("position", BigInteger, unique=True),
    _where("events_that_are_alarms", "id", condition="kind = 'alarm_raised'"),
)

#: Every release of the policies that was ever in force, as its file was: what records refer to stays readable.
policy_releases = Table(
    "policy_releases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Key, nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("loaded_at", BigInteger, nullable=False, default=DatabaseTime()),
)

#: Complex cases that a safety house accepted; their participants register under the reference.
safety_cases = Table(
    "safety_cases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("lane", Key, nullable=False),
    Column("reference", Key, nullable=False),
    Column("opened_by", Key, nullable=False),
    Column("coordinator", Key, nullable=False),
    Column("accepted_on", Date, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("closed_at", BigInteger),
    _where("safety_cases_open", "reference", condition="status = 'open'"),
)

case_participants = Table(
    "case_participants",
    metadata,
    Column("case", Key, ForeignKey("safety_cases.id"), primary_key=True),
    Column("agency", Key, primary_key=True),
    Index("cases_of_agency", "agency", "case"),
)

#: Who must learn nothing of whom. The excluded are sealed: the rows show that somebody is excluded, never who.
exclusions = Table(
    "exclusions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agency", Key, nullable=False),
    Column("lane", Key, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("contact_id", Text, nullable=False),
    Column("mediator", Key, nullable=False),
    Column("reach", Text, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("excluded", LargeBinary, nullable=False),
    Column("status", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("lifted_at", BigInteger),
    _where("exclusions_standing", "token_prefix", condition="status = 'standing'"),
    Index("exclusions_of_agency", "agency", "id"),
    Index("exclusions_of_mediator", "mediator", "id"),
)

#: Who would have met an excluded agency, which no row names.
withheld_parties = Table(
    "withheld_parties",
    metadata,
    Column("exclusion", Key, ForeignKey("exclusions.id", ondelete="CASCADE"), primary_key=True),
    Column("registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True),
    Column("withheld_at", BigInteger, nullable=False, default=DatabaseTime()),
    Index("withheld_parties_of_registration", "registration"),
)

#: A home ban stands beside the registration that it is; when that ends it has lapsed.
home_bans = Table(
    "home_bans",
    metadata,
    Column("registration", Key, ForeignKey("registrations.id"), primary_key=True),
    Column("starts_on", Date, nullable=False),
    Column("led_by", Key, nullable=False),
)

#: What a register of persons said, until the worker looked at it; then nothing is left of whom it was about.
life_notices = Table(
    "life_notices",
    metadata,
    Column("id", Key, primary_key=True),
    Column("source", Key, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lane", Key, nullable=False),
    Column("token_prefix", BigInteger, nullable=False),
    Column("index_token", LargeBinary, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("taken_at", BigInteger, nullable=False, default=DatabaseTime()),
)

#: Broken glass stands beside the registration that it is: who asked, who confirmed, by when it is to be reviewed.
emergencies = Table(
    "emergencies",
    metadata,
    Column("registration", Key, ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True),
    Column("agency", Key, nullable=False),
    Column("reason", Text, nullable=False),
    Column("broken_by", Key, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("broken_on", Date, nullable=False),
    Column("number", Integer, nullable=False),
    Column("broken_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("ends_at", BigInteger, nullable=False),
    Column("confirmed_by", Text),
    Column("confirmed_at", BigInteger),
    Column("review_due_on", Date),
    Column("calendar", Text),
    Column("reviewed_at", BigInteger),
    Column("escalated_at", BigInteger),
    # Each takes the next number of its agency's day, so two at one moment cannot both be the last that is allowed.
    Index("emergencies_of_day", "agency", "broken_on", "number", unique=True),
    Index("emergencies_of_agency", "agency", "registration"),
    _where(
        "emergencies_to_review",
        "registration",
        condition="confirmed_at IS NOT NULL AND reviewed_at IS NULL",
    ),
    _where(
        "emergencies_unreviewed",
        "review_due_on",
        condition="confirmed_at IS NOT NULL AND reviewed_at IS NULL AND escalated_at IS NULL",
    ),
)

#: What officers found of broken glass: each officer once, two in all.
emergency_verdicts = Table(
    "emergency_verdicts",
    metadata,
    Column("registration", Key, ForeignKey("emergencies.registration", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("officer", Key, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("judged_at", BigInteger, nullable=False, default=DatabaseTime()),
    CheckConstraint("number BETWEEN 1 AND 2", name="emergency_verdicts_of_two"),
    Index("emergency_verdicts_of_officer", "registration", "officer", unique=True),
)

#: What a person consented to; whose it is goes when it ends. An agency has one valid consent of a person and purpose.
consents = Table(
    "consents",
    metadata,
    Column("id", Key, primary_key=True),
    Column("agency", Key, nullable=False),
    Column("lane", Key, nullable=False),
    Column("purpose", Key, nullable=False),
    Column("case_reference", Text, nullable=False),
    Column("token_prefix", BigInteger),
    Column("index_token", LargeBinary),
    Column("sealed", LargeBinary),
    Column("epoch", Integer, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("agencies", Text, nullable=False),
    Column("given_on", Date, nullable=False),
    Column("valid_until_on", Date, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("recorded_at", BigInteger, nullable=False, default=DatabaseTime()),
    Column("ended_at", BigInteger),
    _where(
        "consents_valid",
        *("token_prefix", "index_token", "lane", "agency", "purpose"),
        condition="status = 'valid'",
        unique=True,
    ),
    Index("consents_of_agency", "agency", "id"),
    _where("consents_ending", "ends_at", condition="status = 'valid'"),
)
