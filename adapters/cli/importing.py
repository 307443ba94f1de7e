"""The command that imports an agency's export."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from adapters.cli import talk
from adapters.cli.locale import language, words
from adapters.cli.options import (
    CONFIG,
    AsJson,
    Attest,
    Config,
    Flag,
    Lane,
    Preconditions,
    Purpose,
    open_gateway,
    require_attestation,
)
from adapters.error_file import ErrorFile, error_path
from adapters.import_state import state_path
from adapters.importing import ImportReport, ImportTerms, begin_or_resume, check_source, import_source
from adapters.involvement import INVOLVED
from adapters.person_token import PERSONS_PER_CALL
from adapters.progress import progress
from adapters.settings import Settings
from adapters.sources.csv import CsvExport
from gateway.protocol.messages.notices import DeferralReason

_PATIENCE_S: Final = 60.0


def import_csv(
    *,
    export: Annotated[Path, typer.Argument(metavar="FILE")],
    map_file: Annotated[Path, typer.Option("--map", help=words("welke kolom wat is (YAML)", "which column is what"))],
    lane: Lane = "",
    purpose: Purpose = "",
    flag: Flag = INVOLVED,
    deferral: Annotated[
        DeferralReason,
        typer.Option(help=words("waarom een ontbrekende mededeling wacht", "why a notice that is missing waits")),
    ] = DeferralReason.UNREACHABLE,
    batch: Annotated[int, typer.Option(min=1, max=PERSONS_PER_CALL)] = PERSONS_PER_CALL,
    precondition: Preconditions = None,
    attest: Attest = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=words("alleen controleren", "only check"))] = False,
    resume: Annotated[bool, typer.Option("--resume", help=words("ga verder", "go on where it broke off"))] = False,
    errors: Annotated[
        Path | None, typer.Option(help=words("bestand voor foute rijen", "file for the rows that are not taken"))
    ] = None,
    as_json: AsJson = False,
    config: Config = CONFIG,
) -> None:
    """Import an export, or with --dry-run only check its rows."""
    settings = Settings.load(config)
    source = CsvExport.open(export, map_file)
    terms = ImportTerms(
        lane=lane or settings.lane,
        on=datetime.now(ZoneInfo("Europe/Amsterdam")).date(),
        deferral=deferral,
        batch_rows=batch,
        language=language(),
        preconditions=tuple(precondition or ()),
        purpose=purpose,
        flag=flag,
    )
    if dry_run:
        _check(source, terms, as_json=as_json)
        return
    require_attestation(attest=attest)
    error_file = errors or error_path(export)
    report = _import(source, terms, config, error_file, resume=resume)
    lies = [{"holder": lie.holder, "name": lie.name} for lie in report.lies]
    told = {"accepted": report.accepted, "refused": report.refused, "lies": lies}
    talk.data(told | ({"errors": str(error_file)} if report.refused else {}), as_json=as_json)
    if report.refused:
        talk.next_step(f"seinhuis import csv {error_file} --map {map_file} --attest")
    else:
        talk.next_step("seinhuis inbox tail")


def _import(source: CsvExport, terms: ImportTerms, config: Path, errors: Path, *, resume: bool) -> ImportReport:
    state_file = state_path(source.path)
    with open_gateway(config, patience_seconds=_PATIENCE_S) as gateway:
        state = begin_or_resume(gateway, source, terms, state_file, resume=resume)
        error_file = ErrorFile(
            errors,
            heading=source.heading,
            delimiter=source.map.delimiter,
            encoding=source.map.encoding,
            size=state.errors_bytes,
        )
        with progress(source.path.name, source.row_count) as advance:
            advance(state.batches_done * state.batch_rows)
            return import_source(
                gateway,
                source,
                terms,
                state=state,
                state_file=state_file,
                errors=error_file,
                on_batch=lambda done: advance(done.rows),
            )


def _check(source: CsvExport, terms: ImportTerms, *, as_json: bool) -> None:
    found: Counter[str] = Counter()
    good = 0
    for _, fault in check_source(source, terms):
        if fault is None:
            good += 1
        else:
            found[fault.text(language())] += 1
    talk.data({"good": good, "bad": found.total(), "reasons": dict(found)}, as_json=as_json)
