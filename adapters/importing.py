"""Decides how a whole export is registered: checked, in batches, resumable, with every bad row given back to repair."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from adapters.age_limits import first_of_month, limit_on
from adapters.client import Gateway
from adapters.error_file import ErrorFile
from adapters.errors import SeinhuisError
from adapters.hearing import refused_by
from adapters.holder_circle import Lie
from adapters.import_state import ImportRefused, ImportState
from adapters.involvement import INVOLVED, Involvement, notice_deferred, notice_given
from adapters.person_token import PERSONS_PER_CALL
from adapters.registering import BatchResult
from adapters.rows import Row, RowFault, Source
from gateway.protocol.messages.notices import DeferralReason
from gateway.protocol.messages.registrations import Receipt

_NOTICE_WITHIN: Final = {"youth": timedelta(weeks=4), "veilig_thuis": timedelta(weeks=4)}  # domain rule 13
_NOTICE_SOON: Final = timedelta(weeks=1)  # what every other lane allows

Batch = tuple[Row, ...]
Language = str


@dataclass(frozen=True, slots=True)
class BatchDone:
    """One batch is done with: how many rows were read, the receipts of those taken, how many were not."""

    rows: int
    receipts: tuple[Receipt, ...]
    refused: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the whole: rows taken and given back, over all runs of a resumed import; holders that lied."""

    accepted: int
    refused: int
    lies: tuple[Lie, ...]


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """How to register what a source says; `deferral` is why a notice that was not given waits.

    `preconditions` are attested of every row, as the criterion of the lane is; `purpose` is that of the settings when
    empty. `flag` holds for each row that names none itself.
    """

    lane: str
    on: date
    deferral: DeferralReason = DeferralReason.UNREACHABLE
    batch_rows: int = PERSONS_PER_CALL
    language: Language = "nl"
    preconditions: tuple[str, ...] = ()
    purpose: str = ""
    flag: str = INVOLVED


def begin_or_resume(
    gateway: Gateway, source: Source, terms: ImportTerms, state_file: Path, *, resume: bool
) -> ImportState:
    """Return where to begin; asks the policy first, so that an agency that may not register sends no person.

    Raises ImportRefused when an earlier import stands in the way, PolicyRefused when the policy does not admit this.
    """
    earlier = ImportState.load(state_file)
    if earlier is not None and (earlier.digest, earlier.lane) == (source.digest, terms.lane):
        if earlier.finished:
            raise ImportRefused(f"this export was imported already; remove {state_file.name} to do it again")
        if not resume:
            raise ImportRefused("an import of this export was broken off; go on with --resume")
        return earlier
    if earlier is not None and not earlier.finished:
        raise ImportRefused(
            f"the export changed since its import was broken off; remove {state_file.name} to begin anew"
        )
    allowed = gateway.check_policy(
        lane=terms.lane, purpose=terms.purpose, flag=terms.flag, preconditions=terms.preconditions
    )
    if not allowed.permitted:
        raise refused_by(allowed, terms.language)
    until = allowed.valid_until_at_most
    state = ImportState.begin(
        digest=source.digest, lane=terms.lane, on=terms.on, latest_until=until, batch_rows=terms.batch_rows
    )
    state.save(state_file)
    return state


def import_source(
    gateway: Gateway,
    source: Source,
    terms: ImportTerms,
    *,
    state: ImportState,
    state_file: Path,
    errors: ErrorFile,
    on_batch: Callable[[BatchDone], None] = lambda _: None,
) -> ImportReport:
    """Register every row that is good, from where the state says, and give the others back in the error file.

    A batch counts as done when its bad rows are in the error file and the state says so; a crash before that repeats
    the batch under the same idempotency key. Raises what stops the import as a whole; what was done stays done.
    """
    terms = replace(terms, on=date.fromisoformat(state.started_on), batch_rows=state.batch_rows)
    batches = in_batches(source.rows(), terms.batch_rows, skip=state.batches_done)
    lies: list[Lie] = []
    for batch, drafted, result in _registered(gateway, batches, terms, state):
        receipts, refused = _sorted_out(drafted, result, terms.language)
        errors.add(refused)
        state = state.after_batch(accepted=len(receipts), refused=len(refused), errors_bytes=errors.size)
        state.save(state_file)
        lies += result.lies
        on_batch(BatchDone(len(batch), receipts, len(refused)))
    replace(state, finished=True).save(state_file)
    return ImportReport(state.accepted, state.refused, tuple(lies))


def check_source(source: Source, terms: ImportTerms) -> Iterator[tuple[Row, RowFault | None]]:
    """Give each row with what is wrong with it, if anything, as an import would find before anything leaves."""
    for row in source.rows():
        drafted = _draft(row, terms, latest_until=None)
        yield row, drafted if isinstance(drafted, RowFault) else None


def in_batches(rows: Iterable[Row], size: int, *, skip: int = 0) -> Iterator[Batch]:
    """Cut rows into batches of a fixed size and skip the first so many."""
    waiting = iter(rows)
    number = 0
    while batch := tuple(islice(waiting, size)):
        if number >= skip:
            yield batch
        number += 1


Drafted = list[tuple[Row, Involvement | RowFault]]


def _registered(
    gateway: Gateway, batches: Iterable[Batch], terms: ImportTerms, state: ImportState
) -> Iterator[tuple[Batch, Drafted, BatchResult]]:
    """Give each batch with what became of it, in order; two are under way at once."""
    latest_until = date.fromisoformat(state.latest_until) if state.latest_until else None
    under_way: list[tuple[Batch, Drafted]] = []

    def calls() -> Iterator[tuple[list[Involvement], str]]:
        for number, batch in enumerate(batches, start=state.batches_done):
            drafted = [(row, _draft(row, terms, latest_until=latest_until)) for row in batch]
            under_way.append((batch, drafted))
            good = [each for _, each in drafted if isinstance(each, Involvement)]
            yield good, state.idempotency_key(number)

    for result in gateway.registrations.register_batches(calls(), lane=terms.lane, purpose=terms.purpose):
        yield *under_way.pop(0), result


def _draft(row: Row, terms: ImportTerms, *, latest_until: date | None) -> Involvement | RowFault:
    """Return what to register for a row; everything in it follows from the row and the state alone."""
    said = row.content
    if isinstance(said, RowFault):
        return said
    ends_on = limit_on(terms.lane, said.birth_on)
    if ends_on is not None and ends_on <= terms.on:
        return RowFault.TOO_OLD
    sooner = ends_on is not None and latest_until is not None and ends_on < latest_until
    notice = (
        notice_given(said.notice_on)
        if said.notice_on
        else notice_deferred(terms.deferral, review_on=terms.on + _NOTICE_WITHIN.get(terms.lane, _NOTICE_SOON))
    )
    until = ends_on if sooner else None
    return Involvement(
        *(said.person, said.case, notice, said.contact, until, terms.preconditions, first_of_month(ends_on)),
        flag=said.flag or terms.flag,
        parents=said.parents,
    )


def _sorted_out(
    drafted: Drafted, result: BatchResult, language: Language
) -> tuple[tuple[Receipt, ...], list[tuple[tuple[str, ...], str]]]:
    """Return the receipts, and the cells of the rows that were not taken with the reason, in order of the rows."""
    outcomes = iter(result.rows)
    receipts: list[Receipt] = []
    refused: list[tuple[tuple[str, ...], str]] = []
    for row, each in drafted:
        if isinstance(each, RowFault):
            refused.append((row.cells, each.text(language)))
            continue
        outcome = next(outcomes)
        if outcome.receipt is not None:
            receipts.append(outcome.receipt)
        else:
            refused.append((row.cells, _reason(outcome.problem, language)))
    return tuple(receipts), refused


def _reason(problem: SeinhuisError | None, language: Language) -> str:
    if problem is None:
        return "unknown"
    member, why = problem.facts.get("member"), problem.facts.get("why")
    told = (f"{problem.code}: {problem.title(language)}", f"({member})" if member else "", str(why or ""))
    return " ".join(part for part in told if part)
