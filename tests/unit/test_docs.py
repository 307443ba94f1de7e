"""What the documents name exists: links, files, commands, addresses, problems, settings, figures and names in code.

Each check returns what is wrong in a text, and is seen finding something in a text that is wrong.
"""

import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from itertools import takewhile
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from adapters import Settings as AgencySettings
from adapters import SettingsRefused
from adapters.cli import main
from adapters.errors import CATALOGUE
from gateway.settings import Settings as GatewaySettings
from gateway.telemetry import Figures
from keys import evaluations
from keys.holder.refusals import Refusal
from keys.holder.settings import QuotaSettings
from keys.holder.settings import Settings as HolderSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("policies/*.md"))
    if path.name != "CHANGELOG.md"  # says what was, not what is
)
OPERATING = ROOT / "docs" / "operating.md"

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\(([^)\s]+)\)")
_ROOM = re.compile(r"(?:keys|gateway|adapters|deploy|docs|tests|policies|load_tests)/[\w./-]*")
_COMMAND = re.compile(r"(?:^\$ (?:[A-Z_]+=\S+ )*|\$\(|^)(?:\.venv/bin/)?seinhuis (?!\w+:)([^\n`)&|>]+)", re.MULTILINE)


def fences(text: str) -> Iterator[str]:
    """Return what stands in fenced blocks."""
    yield from _FENCE.findall(text)


def spans(text: str) -> list[str]:
    """Return what stands in code spans outside fenced blocks."""
    return _SPAN.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(text: str, folder: Path) -> list[str]:
    """Return links within the repository that lead nowhere."""
    found = []
    for link in _LINK.findall(_FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = folder / path if path else None
        page = text if target is None else target.read_text("utf-8") if target.is_file() else ""
        exists = target is None or target.exists()
        if not exists or (anchor and anchor not in anchors(page)):
            found.append(link)
    return found


def missing_files(text: str, folder: Path) -> list[str]:
    """Return paths in code spans, of a room of the house, that are not there; a decision may name what must not be."""
    if folder.name == "adr":
        return []
    return [span for span in spans(text) if _ROOM.fullmatch(span) and not list(ROOT.glob(span.rstrip("/")))]


@cache
def help_of(words: tuple[str, ...]) -> str | None:
    """Return the help of a command, on wide lines; None when there is no such command."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(io.StringIO()):
        patched.setenv("COLUMNS", "200")
        code = main([*words, "--help"])
    return out.getvalue() if code == 0 else None


def unknown_commands(text: str, _: Path) -> list[str]:
    """Return `seinhuis` commands and options that the command does not have."""
    said = [*fences(text), *(span for span in spans(text) if span.startswith("seinhuis "))]
    commands = [line.strip() for block in said for line in _COMMAND.findall(block)]
    return [command for command in commands if not _is_command(command)]


def _is_command(command: str) -> bool:
    words = tuple(takewhile(str.islower, command.split()))[:2]
    group = help_of(words[:1])
    help_text = help_of(words) if group and "COMMAND [ARGS]" in group else group
    options = re.findall(r"(?<!\S)--[a-z-]+", command)
    return help_text is not None and all(option in help_text for option in options)


def unknown_targets(text: str, _: Path) -> list[str]:
    """Return targets of make that the Makefile does not have."""
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    said = [*fences(text), *spans(text)]
    return [target for part in said for target in re.findall(r"(?:^|\$ )make ([a-z]+)", part) if target not in known]


def unknown_addresses(text: str, _: Path) -> list[str]:
    """Return addresses of the interface that neither gateway nor key holder serves."""
    served = set(json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))["paths"])
    served = {re.sub(r"\{\w+\}", "{id}", path if path.startswith("/v1") else f"/v1{path}") for path in served}
    served |= {value for name, value in vars(evaluations).items() if name.isupper() and isinstance(value, str)}
    said = [re.sub(r"\{\w+\}", "{id}", one) for one in re.findall(r"`(?:[A-Z]+ )?(/v1/[\w{}/.-]+)", text)]
    return [one for one in said if one not in served and not any(path.startswith(one.rstrip("*")) for path in served)]


def unknown_problems(text: str, _: Path) -> list[str]:
    """Return codes of problems that no part answers with."""
    known = {*CATALOGUE, *(refusal.value.code for refusal in Refusal)}
    code = re.compile(r"(?:request|policy|state|limit|upstream|signature|integrity)-[a-z-]+")
    return [span for span in spans(text) if code.fullmatch(span) and span not in known]


def unknown_names(text: str, _: Path) -> list[str]:
    """Return names of types, written in camel case with or without a member, that no source has."""
    name = re.compile(r"([A-Z][a-z]+[A-Z]\w+|Keystore|Gateway|Signed)\b")
    found = [match[1] for span in spans(text) if (match := name.match(span))]
    return [each for each in found if not re.search(rf"\b{each}\b", sources())]


def unknown_figures(text: str, _: Path) -> list[str]:
    """Return figures that the gateway does not serve."""
    figures = Figures()
    figures.call(method="GET", route="/alerts", status=200, seconds=0.1)
    served = generate_latest(figures.registry).decode()
    return [span for span in spans(text) if re.fullmatch(r"seinhuis_[a-z_]+", span) and span not in served]


@cache
def sources() -> str:
    """Return all sources of the house as one text."""
    rooms = ("keys", "gateway", "adapters", "deploy")
    return "\n".join(path.read_text("utf-8") for room in rooms for path in sorted((ROOT / room).rglob("*.py")))


CHECKS: tuple[tuple[Callable[[str, Path], list[str]], str], ...] = (
    (broken_links, "[gone](docs/gone.md) and [no such heading](README.md#no-such-heading)"),
    (missing_files, "see `keys/gone.py`"),
    (unknown_commands, "```console\n$ seinhuis inbox empty\n```\nand `seinhuis register --query`"),
    (unknown_targets, "`make haste`"),
    (unknown_addresses, "`GET /v1/persons`"),
    (unknown_problems, "`policy-never-heard-of`"),
    (unknown_names, "`PersonFinder.search`"),
    (unknown_figures, "`seinhuis_persons_total`"),
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.parametrize("check", [check for check, _ in CHECKS], ids=lambda check: check.__name__)
def test_a_page_names_what_exists(check: Callable[[str, Path], list[str]], page: Path) -> None:
    """No page has drifted from the house."""
    assert [] == check(page.read_text(encoding="utf-8"), page.parent)


@pytest.mark.parametrize(("check", "wrong"), CHECKS, ids=lambda part: getattr(part, "__name__", ""))
def test_a_check_notices_what_is_wrong(check: Callable[[str, Path], list[str]], wrong: str) -> None:
    """A check that cannot fail guards nothing."""
    assert check(wrong, ROOT)


def test_a_wrong_command_is_noticed_in_a_block_and_in_a_line() -> None:
    """Both the unknown command and the unknown option of the probe are found."""
    probe = dict(CHECKS)[unknown_commands]

    assert ["inbox empty", "register --query"] == unknown_commands(probe, ROOT)


def settings_in(heading: str) -> dict[str, str]:
    """Return the settings of one table of the page for operators, each with its default."""
    page = OPERATING.read_text(encoding="utf-8")
    section = re.split(r"^#+ ", page.split(f"### {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", section, re.MULTILINE))


def test_the_settings_of_a_gateway_are_all_written_down() -> None:
    """Names, what is required and plain defaults are those of the settings themselves."""
    expected = {field.name: field.default for field in dataclasses.fields(GatewaySettings)}
    written = settings_in("Gateway and worker")

    assert set(expected) == set(written)
    for name, default in expected.items():
        if default is dataclasses.MISSING:
            assert written[name] == "required"
        elif isinstance(default, bool):
            assert written[name] == f"`{str(default).lower()}`"
        elif isinstance(default, str | int | Path):
            assert written[name] == f"`{default}`"
        else:
            assert written[name] == "none"


def test_the_settings_of_a_key_holder_are_all_written_down() -> None:
    """The quota is a table of its own in the file."""
    fields = {name: field for name, field in HolderSettings.model_fields.items() if name != "quota"}
    fields |= {f"quota.{name}": field for name, field in QuotaSettings.model_fields.items()}
    written = settings_in("Key holder")

    assert set(fields) == set(written)
    for name, field in fields.items():
        if field.is_required():
            assert written[name] == "required"
        elif isinstance(field.default, str | int):
            assert written[name] == f"`{field.default}`"


def test_the_settings_of_an_agency_are_all_written_down(tmp_path: Path) -> None:
    """A file with every setting of the table loads, and one without a required setting does not."""
    written = settings_in("Agency")

    def load(names: dict[str, str]) -> AgencySettings:
        tables = {table: [name for name in names if name.startswith(f"{table}.")] for table in ("gateway", "agency")}
        lines = [
            line
            for table, keys in tables.items()
            for line in (f"[{table}]", *(f'{key.removeprefix(f"{table}.")} = "x"' for key in keys))
        ]
        file = tmp_path / "seinhuis.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        return AgencySettings.load(file)

    assert load(written).oin == "x"
    for name in (name for name, default in written.items() if default == "required"):
        with pytest.raises(SettingsRefused):
            load({other: default for other, default in written.items() if other != name})
    assert load({name: default for name, default in written.items() if default == "required"}).language == "nl"
