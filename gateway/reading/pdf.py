"""Sets a page as PDF/UA-1: tagged, titled, in a language, so that everyone who must sign it can also have it read out.

The words go into the template as data. Nothing in a card can act as markup, reach a file or load a package.
"""

import json
from collections.abc import Mapping
from typing import Final

import typst

from gateway.core.policy.cards.vocabulary import Vocabulary
from gateway.core.policy.engine import LanePolicy
from gateway.core.policy.questions.words import Language
from gateway.reading.lane import reading_page
from gateway.reading.page import Block, Bullets, Heading, Line, Page, Paragraph, Picture, Table

_STANDARD: Final = "ua-1"
#: The signs that the font has. PDF/UA refuses one without a form, which nobody could read: its number is set instead.
_LATIN: Final = range(0x20, 0x250)
_GREEK_AND_CYRILLIC: Final = range(0x370, 0x460)
_MORE_LATIN: Final = range(0x1E00, 0x1F00)
_PUNCTUATION: Final = range(0x2010, 0x2041)
_CURRENCIES: Final = range(0x20A0, 0x20C0)
_ARROWS: Final = range(0x2190, 0x2195)
_IN_THE_FONT: Final = (_LATIN, _GREEK_AND_CYRILLIC, _MORE_LATIN, _PUNCTUATION, _CURRENCIES, _ARROWS)
_FOREIGN: Final[Mapping[Language, str]] = {"nl": "in Dutch", "en": "in het Engels"}
_TEMPLATE: Final = r"""
#let page-data = json(bytes(sys.inputs.page))
#let ink = rgb("#1f2933")
#let accent = rgb("#1f4e79")
#set document(title: page-data.title, date: auto)
#set page(
  paper: "a4",
  margin: (x: 22mm, top: 22mm, bottom: 24mm),
  flipped: page-data.wide,
  footer: context align(center, text(8.5pt, fill: rgb("#4b5563"))[
    #page-data.title #h(1em) #counter(page).display("1 / 1", both: true)
  ]),
)
#set text(lang: page-data.language, font: "Libertinus Serif", size: 10.5pt, fill: ink)
#set par(leading: 0.62em)
#set list(indent: 0.4em, spacing: 0.7em)
#set table(stroke: 0.5pt + rgb("#9aa5b1"), inset: 4pt)
#show title: set text(20pt, fill: accent)
#show heading.where(level: 1): set text(15pt, fill: accent)
#show heading.where(level: 2): set text(12pt, fill: accent)
#show heading: set block(above: 1.5em, below: 0.8em)
#show table.cell.where(y: 0): strong
#show figure.caption: it => block(sticky: true, it)
#show figure: set block(breakable: true)
#show figure.where(kind: table): set figure.caption(position: top)

#let run(words) = {
  let shown = text(lang: words.language, words.text)
  if words.strong { strong(shown) } else { shown }
}
#let line(runs) = runs.map(run).join()
#let show-block(it) = {
  if it.kind == "heading" { heading(level: it.level, line(it.line)) }
  else if it.kind == "paragraph" { par(line(it.line)) }
  else if it.kind == "bullets" { list(..it.lines.map(line)) }
  else if it.kind == "picture" {
    layout(room => {
      let drawn = image.with(bytes(it.svg), format: "svg", alt: it.words)
      let tallest = if page-data.wide { 146mm } else { 225mm }
      let fits = measure(drawn(width: room.width)).height <= tallest
      figure(if fits { drawn(width: room.width) } else { drawn(height: tallest) })
    })
  }
  else {
    let many = it.columns.len() > 9
    set text(size: if many { 7pt } else { 9pt }, hyphenate: true)
    figure(
      kind: table,
      supplement: none,
      numbering: none,
      caption: line(it.caption),
      align(left, table(
        columns: it.columns.len(),
        table.header(..it.columns.map(line)),
        ..it.cells.map(line),
      )),
    )
  }
}

#title()
#for it in page-data.blocks { show-block(it) }
"""


def policy_pdf(policy: LanePolicy, vocabulary: Vocabulary, language: Language, *, made_at_seconds: int = 0) -> bytes:
    """Set the reading version; the same card and moment (in seconds since 1970) always give the same bytes."""
    return page_pdf(reading_page(policy, vocabulary, language), made_at_seconds=made_at_seconds)


def page_pdf(page: Page, *, made_at_seconds: int = 0, wide: bool = False) -> bytes:
    """Set any page, upright or wide."""
    return typst.compile(
        _TEMPLATE.encode(),
        sys_inputs={"page": json.dumps(_page(page, wide=wide))},
        ignore_system_fonts=True,  # the fonts of the wheel, so that every machine sets the same page
        pdf_standards=_STANDARD,
        timestamp=made_at_seconds,
    )


def settable(text: str) -> str:
    """Give a text with the number of each sign that the font lacks in its place, as in "[U+1F600]"."""
    return "".join(
        sign if sign == "\n" or any(ord(sign) in signs for signs in _IN_THE_FONT) else f"[U+{ord(sign):04X}]"
        for sign in text
    )


def _page(page: Page, *, wide: bool) -> dict[str, object]:
    return {
        "title": settable(page.title),
        "language": page.language,
        "wide": wide,
        "blocks": [_block(block, page) for block in page.blocks],
    }


def _block(block: Block, page: Page) -> dict[str, object]:
    match block:
        case Heading(level, line):
            return {"kind": "heading", "level": level, "line": _line(line, page)}
        case Paragraph(line):
            return {"kind": "paragraph", "line": _line(line, page)}
        case Bullets(lines):
            return {"kind": "bullets", "lines": [_line(line, page) for line in lines]}
        case Picture(svg, words):
            return {"kind": "picture", "svg": settable(svg), "words": settable(words)}
        case Table(caption, columns, rows):
            return {
                "kind": "table",
                "caption": _line(caption, page),
                "columns": [_line(column, page) for column in columns],
                "cells": [_line(cell, page) for row in rows for cell in row],
            }


def _line(line: Line, page: Page) -> list[dict[str, object]]:
    runs: list[dict[str, object]] = []
    for run in line:
        language = run.language or page.language
        foreign = language != page.language
        words = settable(f"“{run.text}”" if foreign else run.text)
        runs.append({"text": words, "strong": run.strong, "language": language})
        if foreign:
            runs.append({"text": f" ({_FOREIGN[language]})", "strong": False, "language": page.language})
    return runs
