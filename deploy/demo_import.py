"""Decides how the agencies of the demo import their exports: each with the real importer, all at the same time."""

from collections.abc import Mapping, Sequence
from datetime import date

from adapters.error_file import ErrorFile
from adapters.import_state import state_path
from adapters.importing import BatchDone, ImportTerms, begin_or_resume, import_source
from adapters.sources.csv import CsvExport
from deploy.demo_members import Member, at_once
from deploy.demo_stage import Advance, Bars, Stage
from deploy.region.exports import Export
from deploy.settings_files import LANE


def import_exports(
    exports: Sequence[Export], members: Mapping[str, Member], *, on: date, language: str, stage: Stage
) -> None:
    """Let every agency import its own export; each remembers the receipts it was given and counts its bad rows."""
    by_slug = {export.agency.slug: export for export in exports}
    with stage.bars() as bars:
        at_once(
            tuple(members.values()),
            lambda member: _import(
                by_slug[member.agency.slug], member, ImportTerms(lane=LANE, on=on, language=language), bars
            ),
        )


def _import(export: Export, member: Member, terms: ImportTerms, bars: Bars) -> None:
    source = CsvExport.open(export.path, export.map_path)
    state_file = state_path(export.path)
    state = begin_or_resume(member.gateway, source, terms, state_file, resume=False)
    with bars.bar(member.agency.name, source.row_count) as advance:
        report = import_source(
            member.gateway,
            source,
            terms,
            state=state,
            state_file=state_file,
            errors=ErrorFile.beside(
                export.path, heading=source.heading, delimiter=source.map.delimiter, encoding=source.map.encoding
            ),
            on_batch=lambda done: _note(done, member, advance),
        )
    member.refused = report.refused


def _note(done: BatchDone, member: Member, advance: Advance) -> None:
    member.receipts |= {receipt.id for receipt in done.receipts}
    advance(done.rows)
