"""Prints a page as Markdown in which no word of a card can act as markup."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from gateway.core.policy.questions.words import Language
from gateway.reading.page import Block, Bullets, Heading, Line, Page, Paragraph, Picture, Run, Table

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>|#&~$])")
_LINE_START: Final = re.compile(r"^(\d*)([-+=.)])")
_FOREIGN: Final[Mapping[Language, str]] = {"nl": "in Dutch", "en": "in het Engels"}


def markdown(page: Page) -> str:
    """Print a page; headings begin at `##`, below the title."""
    blocks = (_block(block, page) for block in page.blocks)
    return "\n\n".join([f"# {escaped(page.title)}", *blocks]) + "\n"


def escaped(text: str) -> str:
    """Take the power from every sign that Markdown acts on within a line."""
    return _MARKUP.sub(r"\\\1", text)


def _block(block: Block, page: Page) -> str:
    match block:
        case Heading(level, line):
            return f"{'#' * (level + 1)} {_line(line, page)}"
        case Paragraph(line):
            return _line(line, page)
        case Bullets(lines):
            return "\n".join(f"- {_line(line, page)}" for line in lines)
        case Table():
            return _table(block, page)
        case Picture(words=words):
            return f"*{escaped(words)}*"


def _table(table: Table, page: Page) -> str:
    rows = [_row(row, page) for row in (table.columns, *table.rows)]
    rule = "|" + "---|" * len(table.columns)
    return "\n".join([f"*{_line(table.caption, page)}*", "", rows[0], rule, *rows[1:]])


def _row(cells: Iterable[Line], page: Page) -> str:
    return "".join(f"| {_line(cell, page)} " for cell in cells) + "|"


def _line(line: Line, page: Page) -> str:
    """Print a line; a list or a rule could still begin with its first sign."""
    return _LINE_START.sub(r"\1\\\2", "".join(_run(run, page) for run in line).strip())


def _run(run: Run, page: Page) -> str:
    """White space stays outside the stars, which would print themselves otherwise."""
    words = run.text.strip()
    printed = escaped(words)
    if run.strong and words:
        printed = f"**{printed}**"
    if run.language is not None and run.language != page.language:
        printed = f"“{printed}” *({_FOREIGN[run.language]})*"
    return run.text.replace(words, printed, 1) if words else run.text
