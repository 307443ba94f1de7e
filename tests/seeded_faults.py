"""Breaks a copy of the house in one place at a time and sees which test notices.

Run it by hand: `python tests/seeded_faults.py [NAME ...]`.

Every fault of the list is one that somebody once made, here or elsewhere. First the named tests pass on the whole copy;
then, with the fault in it, each must fail. With `--write` the table in `docs/seeded-faults.md` is written anew.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "seeded-faults.md"
COPIED = ("adapters", "deploy", "docs", "gateway", "keys", "load_tests", "policies", "tests", "pyproject.toml")
SECONDS = 600


@dataclass(frozen=True)
class Fault:
    """A text in one file replaced by another, and the test that must notice."""

    name: str
    what: str
    file: str
    old: str
    new: str
    test: str


CALLS = "tests/attacks/test_calls.py::"
SILENT = "tests/attacks/test_silent_purposes.py::"
KEPT_SILENT = "tests/unit/gateway/flows/test_kept_silent.py::"
PARENTS = "tests/contracts/test_parent_matches.py::"
WAITS = "tests/faults/test_withdrawal_waits.py::"
LADDER = "tests/contracts/test_ladder.py::"
PURGES = "tests/contracts/test_purges.py::"
RIGHTS = "tests/contracts/test_subject_requests.py::"
JOURNAL = "tests/contracts/test_erasure_journal.py::"
FAULTS = (
    Fault(
        "journal-read-too-early",
        "a gateway reads the journal before it asks the database what must be in it",
        "gateway/flows/rights/erasures.py",
        '    expected = store.view("journal", lambda view: view.journal.count_exported())\n    entries = read()\n',
        '    entries = read()\n    expected = store.view("journal", lambda view: view.journal.count_exported())\n',
        JOURNAL + "test_a_worker_may_append_while_a_gateway_starts[sqlite]",
    ),
    Fault(
        "silent-family-paged-twice",
        "two children with both parents in common take two places of a page",
        "gateway/store/withheld.py",
        "is_active(_high), ~_also_by_earlier)",
        "is_active(_high))",
        PARENTS + "test_silent_families_come_page_by_page[sqlite]",
    ),
    Fault(
        "restore-without-the-journal",
        "a restored database is served without what was erased since",
        "gateway/flows/rights/erasures.py",
        '    if not store.view("revived", lambda view: view.journal.revived(entries)):',
        "    if entries:",
        JOURNAL + "test_a_restored_backup_revives_nobody[sqlite]",
    ),
    Fault(
        "journal-not-written",
        "what is withdrawn leaves no entry in the journal",
        "gateway/store/registrations.py",
        "            journal(self._sheet, ended, Journaled.ENDED, reason)",
        "            del reason",
        JOURNAL + "test_a_restored_backup_revives_nobody[sqlite]",
    ),
    Fault(
        "exported-before-it-is-durable",
        "an answer does not wait for the journal",
        "gateway/store/subject_requests.py",
        "        _requests.c.id.not_in(_unjournaled),\n",
        "",
        RIGHTS + "test_an_answer_waits_until_what_was_erased_lies_beyond_the_database[sqlite]",
    ),
    Fault(
        "decided-without-a-claim",
        "a decision is judged by what was read before the claim",
        "gateway/flows/rights/decide_item.py",
        "        item, asked = _again(tx, item), call.message.asked  # again: now under the claim\n"
        "        checked_decision(item, request, today_on=local_date(tx.now()))",
        "        asked = call.message.asked",
        RIGHTS + "test_there_is_one_advice_and_one_decision[sqlite]",
    ),
    Fault(
        "answer-when-decided",
        "an answer comes as soon as nothing is left to decide",
        "gateway/core/subject_request.py",
        "READY_DAYS: Final = 14",
        "READY_DAYS: Final = 0",
        RIGHTS + "test_every_answer_comes_on_the_same_day[sqlite]",
    ),
    Fault(
        "suppressed-is-told",
        "an answer tells of a registration whose notice is put off",
        "gateway/core/subject_request.py",
        "    return not (may_defer and notice.status is NoticeStatus.DEFERRED)",
        "    return True or may_defer or notice.status is NoticeStatus.DEFERRED",
        RIGHTS + "test_who_is_not_told_yet_gets_bit_for_bit_the_answer_of_nobody[sqlite-access]",
    ),
    Fault(
        "letters-as-long-as-they-are",
        "a letter is as long as what it says",
        "gateway/reading/subject_answer.py",
        "    return _filled(page_pdf(answer_page(letter, language)))",
        "    return page_pdf(answer_page(letter, language))",
        RIGHTS + "test_the_size_of_an_answer_tells_nothing[sqlite]",
    ),
    Fault(
        "any-municipality-decides",
        "the desk of any municipality decides about every registration",
        "gateway/flows/rights/decide_item.py",
        "(is_desk and caller.municipality == item.municipality)",
        "is_desk",
        RIGHTS + "test_nobody_else_sees_advises_or_decides[sqlite]",
    ),
    Fault(
        "restriction-lifted-by-the-agency",
        "an agency lifts what is restricted at the request of the person",
        "gateway/flows/registering/restrict.py",
        "        if tx.requests.binds(found.id):",
        "        if not found.id:",
        RIGHTS + "test_it_matches_nobody_while_a_request_is_pending[sqlite-objection]",
    ),
    Fault(
        "lock-removed",
        "persons are not held while they are matched",
        "gateway/store/postgresql.py",
        '        connection.execute(_CLAIM_PERSONS, {"prefixes": prefixes})',
        "        del connection, prefixes",
        "tests/contracts/test_matches.py::test_a_claim_waits_for_the_one_before_it_and_sees_what_it_did",
    ),
    Fault(
        "lock-only-tried",
        "the lock is tried, and who does not get it goes on",
        "gateway/store/postgresql.py",
        "func.pg_advisory_xact_lock(_family",
        "func.pg_try_advisory_xact_lock(_family",
        "tests/contracts/test_matches.py::test_a_claim_waits_for_the_one_before_it_and_sees_what_it_did",
    ),
    Fault(
        "lock-under-repeatable-read",
        "the lock is taken in a transaction that already has its snapshot",
        "gateway/store/postgresql.py",
        'isolation_level="READ COMMITTED"',
        'isolation_level="REPEATABLE READ"',
        "tests/contracts/test_matches.py::test_a_claim_waits_for_the_one_before_it_and_sees_what_it_did",
    ),
    Fault(
        "parents-not-claimed",
        "a child is held while it is matched, and its parents are not",
        "gateway/store/postgresql.py",
        'connection.execute(_CLAIM_PERSONS, {"prefixes": prefixes})',
        'connection.execute(_CLAIM, {"prefixes": prefixes})',
        WAITS + "test_a_match_that_was_looked_for_meanwhile_does_not_outlive_the_withdrawal[postgresql-sibling]",
    ),
    Fault(
        "family-told-twice",
        "agencies of one child are told of its family as well",
        "gateway/store/parents.py",
        ".where(~meets_by_child(mine, other), ~stands_by_parent(mine, other))",
        ".where(~stands_by_parent(mine, other))",
        PARENTS + "test_the_same_child_is_a_person_match_and_nothing_besides",
    ),
    Fault(
        "sibling-not-due",
        "whoever withdraws first gets what is due about the child, and not about its parents",
        "gateway/flows/registering/withdraw.py",
        "due_about(tx, registration)",
        "tx.jobs.of_persons({registration.index_token})",
        PARENTS + "test_a_withdrawn_registration_first_gets_the_match_that_is_due",
    ),
    Fault(
        "one-party-told",
        "a match makes one alert",
        "gateway/store/matches.py",
        "zip(match.alerts, match.parties, match.kinds, strict=True)",
        "zip(match.alerts[:1], match.parties[:1], match.kinds[:1], strict=True)",
        "tests/scenarios/test_two_agencies.py::test_police_and_school_hear_of_each_other_and_make_contact[in_process]",
    ),
    Fault(
        "cursor-inbox",
        "the inbox goes on after the last alert it showed",
        "gateway/store/alerts.py",
        "        return self._read(WAITING, agency, limit)\n",
        "        found = self._read(WAITING, agency, limit)\n"
        '        last = self.__class__.__dict__.get("LAST", {}).get(agency)\n'
        "        rows = tuple(row for row in found if last is None or row.created_at > last)\n"
        "        if rows:\n"
        '            self.__class__.LAST = {**self.__class__.__dict__.get("LAST", {}), agency: rows[-1].created_at}\n'
        "        return rows\n",
        "tests/contracts/test_inbox.py::test_eight_writers_with_long_transactions_skip_nothing",
    ),
    Fault(
        "nonce-in-memory",
        "each process remembers the nonces that it heard itself",
        "gateway/store/calls.py",
        "        new = self._sheet.insert_new(tables.nonces, rows)\n",
        '        known = self._sheet.connection.engine.__dict__.setdefault("nonces", set())\n'
        "        new = seen.keys() - known\n"
        "        known.update(new)\n"
        "        del rows\n",
        CALLS + "test_another_gateway_process_knows_what_this_one_heard",
    ),
    Fault(
        "key-not-scoped",
        "an idempotency key is everybody's",
        "gateway/flows/admission.py",
        "        agency=call.caller.oin,\n",
        '        agency="everybody",\n',
        CALLS + "test_one_agency_cannot_spoil_the_idempotency_key_of_another",
    ),
    Fault(
        "key-without-address",
        "an idempotency key is bound to the body alone",
        "gateway/flows/admission.py",
        "body_digest=call.call_digest",
        "body_digest=call.body_digest",
        CALLS + "test_the_key_of_an_answer_is_bound_to_its_address",
    ),
    Fault(
        "refusal-without-event",
        "a replayed registration leaves a nonce and no event: a contradiction that stops the process",
        "gateway/flows/registering/register/record.py",
        "        return self._refuse(Refused(refusal), SINGLE, prepared, {})",
        "        return Refused(refusal)",
        CALLS + "test_a_call_heard_again_is_refused",
    ),
    Fault(
        "batch-checks-the-first",
        "every row of a batch is judged by the first",
        "gateway/api/registrations.py",
        "Row(number, _asked(line)) for number, line in enumerate(lines, first_row)",
        "Row(number, _asked(lines[0])) for number, line in enumerate(lines, first_row)",
        "tests/attacks/test_hostile_bodies.py::test_a_hostile_line_spoils_no_other[half an object]",
    ),
    Fault(
        "expiry-one-instant-late",
        "a registration is active at the instant of its end",
        "gateway/store/activity.py",
        "(registration.c.ends_at > DatabaseTime())",
        "(registration.c.ends_at >= DatabaseTime())",
        "tests/contracts/test_registrations.py::test_a_registration_at_the_instant_of_its_end_meets_nobody",
    ),
    Fault(
        "application-clock",
        "the time is that of the process and not of the database",
        "gateway/store/instants.py",
        '    return "(SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"',
        '    return f"({microseconds(datetime.now(UTC))})"',
        "tests/contracts/test_registrations.py::test_a_registration_is_over_at_the_instant_of_its_end[postgresql]",
    ),
    Fault(
        "echo",
        "a problem repeats the value that was refused",
        "gateway/api/caller.py",
        "        facts = _faulty(takes, error)\n",
        '        sent = str(error.errors(include_url=False)[0]["input"])[:200].encode("ascii", "replace").decode()\n'
        '        facts = {"member": sent}\n',
        "tests/attacks/test_person_numbers.py::test_what_fails_does_not_repeat_what_was_sent",
    ),
    Fault(
        "error-text-logged",
        "the log says what an exception says",
        "gateway/telemetry.py",
        'return {"fault": type(error).__name__, "at": at}',
        'return {"fault": str(error), "at": at}',
        "tests/unit/gateway/api/test_no_leak.py::test_a_fault_of_ours_is_told_by_its_type_alone",
    ),
    Fault(
        "withdrawal-without-claim",
        "a registration is withdrawn without holding its person",
        "gateway/flows/registering/withdraw.py",
        "        tx.claim({registration.index_token})\n",
        "",
        "tests/faults/test_withdrawal_waits.py",
    ),
    Fault(
        "withdrawal-forgets-what-is-due",
        "a withdrawal ends a registration before its match is made",
        "gateway/flows/registering/withdraw.py",
        "        made = match_jobs(tx, due_about(tx, registration), house)\n",
        "        made = match_jobs(tx, (), house)\n",
        "tests/scenarios/test_two_agencies.py::test_a_match_that_was_due_is_made_before_one_side_leaves[in_process]",
    ),
    Fault(
        "matching-in-the-request",
        "a registration is matched before it is answered",
        "gateway/flows/registering/register/record.py",
        "    tx.registrations.add(writing.registrations)\n",
        "    from gateway.flows.matching.match import match_jobs\n\n"
        "    tx.registrations.add(writing.registrations)\n"
        "    made = match_jobs(tx, tx.jobs.of_persons({one.index_token for one in writing.registrations}), house)\n"
        "    writing.events += made\n",
        "tests/attacks/test_no_oracle.py::test_the_answer_to_a_registration_is_the_same_whatever_there_is[sqlite]",
    ),
    Fault(
        "hidden-address",
        "an IPv4 address inside an IPv6 one is not looked at",
        "gateway/peers/addresses.py",
        "        if address not in _UNICAST or address.sixtofour is not None or address.teredo is not None:\n",
        "        if address not in _UNICAST:\n",
        "tests/attacks/test_webhook_addresses.py::test_an_address_inside_is_refused",
    ),
    Fault(
        "synchronous-normal",
        "SQLite answers before the disk has it",
        "gateway/store/sqlite.py",
        '    "PRAGMA synchronous = FULL",',
        '    "PRAGMA synchronous = NORMAL",',
        "tests/attacks/test_calls.py::test_a_call_heard_again_is_refused",
    ),
    Fault(
        "proof-not-checked",
        "an agency uses what a key holder answers without its proof",
        "adapters/person_token.py",
        "        sharing.accept_evaluation(holder=holder, pinned=pinned,",
        "        print or sharing.accept_evaluation(holder=holder, pinned=pinned,",
        "tests/scenarios/test_key_holders.py::test_two_holders_that_lie_leave_no_way_to_register[in_process]",
    ),
    Fault(
        "match-shown-to-anybody",
        "a match is shown to whoever has its id",
        "gateway/store/seen_matches.py",
        '    .where(_own.c.agency == bindparam("agency"))\n)\nONE',
        '    .where(bindparam("agency") == bindparam("agency"))\n)\nONE',
        "tests/attacks/test_strangers.py::test_what_is_anothers_is_as_absent_as_what_never_was",
    ),
    Fault(
        "deputy-before-the-day-is-over",
        "a match goes to the deputy on the last day of the term, while the parties may still call",
        "gateway/store/climbing.py",
        '_matches.c.next_step_on < bindparam("before_on")',
        '_matches.c.next_step_on <= bindparam("before_on")',
        LADDER + "test_five_working_days_from_the_thursday_before_easter_end_on_a_monday[sqlite]",
    ),
    Fault(
        "escalated-without-the-other",
        "who reported is alerted as if it had not",
        "gateway/flows/matching/escalate.py",
        "if side.reported or (",
        "if (",
        LADDER + "test_who_reported_is_not_alerted_again[sqlite]",
    ),
    Fault(
        "climbs-though-over",
        "a match climbs whose party is over, because nothing ended it yet",
        "gateway/store/climbing.py",
        "_matches.c.ended_at.is_(None), not_(_party_gone))",
        "_matches.c.ended_at.is_(None))",
        LADDER + "test_a_match_whose_party_is_over_climbs_no_further_though_nothing_ended_it_yet[sqlite]",
    ),
    Fault(
        "third-agency-shown",
        "a third agency ends a mute for the party that does not meet it as well",
        "gateway/core/contact.py",
        "if any(mute.agency in _pair(match) and mute.pair != _pair(match) for match in opened if _same(mute, match))",
        "if any(mute.pair != _pair(match) for match in opened if _same(mute, match))",
        "tests/unit/gateway/core/test_mutes.py::test_whoever_does_not_meet_the_third_stays_muted",
    ),
    Fault(
        "supervisor-lets-itself-in",
        "a supervisor may call whatever an agency may",
        "gateway/api/caller.py",
        "    if announced.party.role not in request.endpoint.roles:\n",
        '    if announced.party.role not in {*request.endpoint.roles, "supervisor"}:\n',
        "tests/attacks/test_supervisors.py::test_a_supervisor_can_do_nothing_else",
    ),
    Fault(
        "places-taken-late",
        "a stream counts when it begins, so many that come at once all find a place",
        "gateway/api/alerts.py",
        "    front.streams[agency] += 1\n    return Reply",
        "    return Reply",
        "tests/attacks/test_hostile_bodies.py::test_more_streams_than_a_house_needs_are_refused",
    ),
    Fault(
        "silent-purpose-refused",
        "a purpose that is always silent is refused as what it is",
        "gateway/flows/deciding/refusal_of_policy.py",
        "    if answer.code is not Denial.PURPOSE_SILENT or policy is None:\n",
        "    if policy is None or policy:\n",
        SILENT + "test_the_answer_is_that_of_a_no_hit[sqlite-screening]",
    ),
    Fault(
        "silent-person-kept",
        "a registration for a silent purpose is that of the person, and only its match is left out",
        "keys/conversion.py",
        "group.random_scalar() if nobody else factor.scalar",
        "factor.scalar",
        SILENT + "test_nothing_of_the_person_is_kept_and_nobody_is_met[sqlite]",
    ),
    Fault(
        "silence-without-alarm",
        "a silent purpose is logged and nobody hears of it",
        "gateway/flows/admission.py",
        "    return event_of(call, house, EventKind.ALARM_RAISED, **case, reason=reason, event=event.id)",
        "    return event_of(call, house, EventKind.CALL_ADMITTED, **case, verb=reason)",
        SILENT + "test_it_is_logged_in_the_same_breath_and_alarms_the_officers[sqlite]",
    ),
    Fault(
        "oldest-pair-only",
        "the oldest registrations of two agencies decide, though they are silent and others of theirs would tell",
        "gateway/flows/matching/match.py",
        "one_per_pair(meeting for meeting in would_tell if meeting not in shielding.silent)",
        "[meeting for meeting in one_per_pair(found) if found[meeting].tells_both]",
        KEPT_SILENT + "test_a_silent_older_registration_does_not_hide_one_that_tells[sqlite]",
    ),
    Fault(
        "withheld-each-time",
        "a silent meeting is on record each time that it is looked at",
        "gateway/store/withheld.py",
        "    return frozenset(found for found in missing if kind_of(found) not in known)",
        "    return frozenset(kinds.values())",
        KEPT_SILENT + "test_a_further_registration_of_a_silent_pair_is_on_record_for_itself[sqlite]",
    ),
    Fault(
        "withheld-by-the-pair",
        "silent meetings are on record for every two registrations",
        "gateway/core/matching.py",
        "    return pair_of(found), low.purpose, low.flag, high.purpose, high.flag",
        "    return pair_of(found), low.registration, low.flag, high.registration, high.flag",
        KEPT_SILENT + "test_many_registrations_of_a_silent_pair_are_on_record_as_one[sqlite]",
    ),
    Fault(
        "flag-with-contact",
        "whoever may see the desk sees the flag too",
        "gateway/flows/matching/show_match.py",
        "if match.own.level >= DisclosureLevel.FLAG else None",
        "if match.own.level >= DisclosureLevel.CONTACT else None",
        KEPT_SILENT + "test_veilig_thuis_sees_the_flag_and_the_other_what_its_rule_says[sqlite-2-involved-contact]",
    ),
    Fault(
        "refusal-repeats-the-caller",
        "the event of a refused registration holds the flag as it was sent",
        "gateway/flows/deciding/refusal_of_policy.py",
        '{"flag": flag} if flag in policy.card.flags else {}',
        '{"flag": flag}',
        "tests/unit/gateway/flows/test_refused_calls.py",
    ),
    Fault(
        "purge-by-the-card",
        "a lane is purged when its card has expired",
        "gateway/flows/deciding/sunset.py",
        "    return not policy.has_basis(now.astimezone(AMSTERDAM).date())",
        "    return now.astimezone(AMSTERDAM).date() >= policy.valid_until_on",
        PURGES + "test_a_lane_that_a_basis_carries_or_that_has_no_card_is_left_alone",
    ),
    Fault(
        "purge-without-claim",
        "registrations are removed without holding their persons",
        "gateway/flows/deciding/sunset.py",
        "        tx.claim({job.index_token for job in found})\n",
        "",
        PURGES + "test_every_person_is_held_while_what_hangs_on_them_is_removed",
    ),
    Fault(
        "purge-in-memory",
        "how far a purge came is not kept with what it took",
        "gateway/store/purges.py",
        "_receipts.c[name] + bindparam",
        "bindparam",
        PURGES + "test_a_lane_whose_last_basis_has_ended_is_purged_with_a_signed_receipt",
    ),
    Fault(
        "receipt-without-domain",
        "a purge receipt is signed as any other bytes are",
        "keys/purge_receipts.py",
        "    return lp(_DOMAIN) + lp(statement)",
        "    return statement",
        PURGES + "test_a_receipt_is_nobody_elses_and_says_nothing_else[sqlite]",
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Seed the named faults, or all; return 1 when one goes unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="faults to seed; all when none is named")
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    given = parser.parse_args(arguments)
    chosen = [fault for fault in FAULTS if not given.names or fault.name in given.names]
    with tempfile.TemporaryDirectory(prefix="seeded-") as name:
        copy = Path(name)
        _copy_to(copy)
        if not _passes(copy, *dict.fromkeys(fault.test for fault in chosen)):
            sys.stderr.write("the house as it is does not pass these tests: nothing can be said\n")
            return 1
        noticed = {fault.name: _is_noticed(fault, copy) for fault in chosen}
    if given.write:
        TABLE.write_text(_table([fault for fault in chosen if noticed[fault.name]]), encoding="utf-8")
    return 0 if all(noticed.values()) else 1


def _copy_to(folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)


def _is_noticed(fault: Fault, copy: Path) -> bool:
    file = copy / fault.file
    whole = file.read_text(encoding="utf-8")
    if whole.count(fault.old) != 1:
        sys.stdout.write(f"{fault.name}: the text to replace is not (once) in {fault.file}\n")
        return False
    file.write_text(whole.replace(fault.old, fault.new), encoding="utf-8")
    try:
        noticed = not _passes(copy, fault.test)
    finally:
        file.write_text(whole, encoding="utf-8")
    sys.stdout.write(f"{fault.name}: {'noticed' if noticed else 'NOT NOTICED'}\n")
    sys.stdout.flush()
    return noticed


def _passes(copy: Path, *tests: str) -> bool:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode not in {0, 1}:
        sys.stdout.write(done.stdout[-2_000:])
        raise SystemExit(f"pytest could not run: {done.returncode}")
    return done.returncode == 0


def _table(noticed: Sequence[Fault]) -> str:
    lines = (f"| {fault.name} | {fault.what} | `{fault.file}` | `{fault.test}` |" for fault in noticed)
    return "\n".join((_HEAD, *lines, ""))


_HEAD = """# Seeded faults

A test counts when it was seen failing. `python tests/seeded_faults.py` copies the house, breaks the copy in one place
at a time, and runs the test that must notice. First every named test passes on the whole copy. What each fault
replaces stands in that file. This table is written by `python tests/seeded_faults.py --write` and holds only what was
noticed.

| fault | what is wrong | seeded in | test that failed |
|---|---|---|---|"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
