"""Residence status and nationality have no place in any message or import: the schema refuses them (domain rule 17)."""

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.sources.csv import ExportMap, SourceRefused
from tests.support.house import involvement

ON = date(2026, 6, 1)
NAMES = ("residenceStatus", "nationality", "residence_status", "vreemdelingennummer")
COLUMNS = "person-number: BSN, case-reference: Zaak, registered-on: Melding, birth-date: Geboren"


@pytest.mark.parametrize("name", NAMES)
def test_no_registration_carries_it(name: str) -> None:
    """And the refusal does not repeat what was said."""
    with pytest.raises(ValidationError) as refused:
        involvement("child", ON, **{name: "undocumented"})
    assert "undocumented" not in str(refused.value)


@pytest.mark.parametrize("name", ["residence-status", "nationality"])
def test_no_import_reads_it(tmp_path: Path, name: str) -> None:
    """A map that names such a column is no map."""
    path = tmp_path / "map.yaml"
    columns = f"{{{COLUMNS}, {name}: Status}}"
    path.write_text(
        f'{{delimiter: ";", encoding: utf-8, date-format: "%d-%m-%Y", columns: {columns}}}', encoding="utf-8"
    )
    with pytest.raises(SourceRefused, match=name):
        ExportMap.load(path)
