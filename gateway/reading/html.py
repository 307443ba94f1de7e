"""Prints a page as one HTML file that needs nothing from elsewhere and can be read, heard, printed and enlarged."""

from collections.abc import Iterator
from html import escape
from typing import Final

from gateway.reading.page import Block, Bullets, Heading, Line, Page, Paragraph, Picture, Run, Table
from gateway.reading.picture import DARK_SILENT, SHADES

_STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2933; --line: #c5ccd3; --accent: #1f4e79; --head: #eef2f6 }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14181f; --ink: #e5e7eb; --line: #465060; --accent: #9cc9f2; --head: #1d232d }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, 'Segoe UI', sans-serif }
main { max-width: 78rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: break-word }
h1, h2, h3 { color: var(--accent); line-height: 1.25 }
h1 { font-size: clamp(1.5rem, 5vw, 2rem) }
h2 { margin-top: 2.5rem }
p, li { max-width: 46rem }
li { margin: .3rem 0 }
figure { margin: 0 }
figure svg { display: block; width: 100%; height: auto; min-width: 40rem; max-width: 72rem }
.scroll { overflow-x: auto; margin: 1rem 0 }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; font-size: .875rem }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { border: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; hyphens: auto }
th, td { min-width: 4.6rem }
th { font-weight: 600; background: var(--head) }
.step { display: inline-block; min-width: 1.6em; padding: 0 .35em; border-radius: .25em; text-align: center }
@media print {
  @page { size: A4 landscape; margin: 12mm }
  main { padding: 0; max-width: none }
  figure, tr { break-inside: avoid }
  h2, h3 { break-after: avoid }
  .scroll { overflow: visible }
  figure svg { min-width: 0; max-height: 165mm }
  table { font-size: 7pt }
  th, td { min-width: 0; padding: .15rem .2rem }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
}
"""
_NOTHING_FROM_ELSEWHERE: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page_html(page: Page) -> str:
    """Print a page; what stands in it is escaped, and the browser is told to fetch and run nothing."""
    title = escape(page.title)
    body = [text for index, block in enumerate(page.blocks) for text in _block(block, page, index)]
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{page.language}">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_NOTHING_FROM_ELSEWHERE}">',
            f"<title>{title}</title>",
            f"<style>{_STYLE}{_shades()}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>{title}</h1>",
            *body,
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _shades() -> str:
    colors = [f".s{int(step)} {{ background: {shade.fill}; color: {shade.ink} }}" for step, shade in SHADES.items()]
    dark = f".s0 {{ background: {DARK_SILENT.fill}; color: {DARK_SILENT.ink} }}"
    return "\n".join([*colors, f"@media screen and (prefers-color-scheme: dark) {{ {dark} }}\n"])


def _block(block: Block, page: Page, index: int) -> Iterator[str]:
    match block:
        case Heading(level, line):
            yield f"<h{level + 1}>{_line(line, page)}</h{level + 1}>"
        case Paragraph(line):
            yield f"<p>{_line(line, page)}</p>"
        case Bullets(lines):
            yield from ("<ul>", *(f"<li>{_line(line, page)}</li>" for line in lines), "</ul>")
        case Picture(svg, words):
            yield f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(words)}">'
            yield f"<figure>{svg}</figure></div>"
        case Table():
            yield from _table(block, page, f"caption-{index}")


def _table(table: Table, page: Page, name: str) -> Iterator[str]:
    """A wide table scrolls by itself; whoever has no mouse can reach it, and hears its caption."""
    yield f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{name}">'
    yield f'<table><caption id="{name}">{_line(table.caption, page)}</caption>'
    yield f"<thead><tr>{''.join(_header(column, page, 'col') for column in table.columns)}</tr></thead>"
    yield "<tbody>"
    for first, *rest in table.rows:
        yield f"<tr>{_header(first, page, 'row')}{''.join(f'<td>{_line(cell, page)}</td>' for cell in rest)}</tr>"
    yield "</tbody></table></div>"


def _header(cell: Line, page: Page, scope: str) -> str:
    return f'<th scope="{scope}">{_line(cell, page)}</th>'


def _line(line: Line, page: Page) -> str:
    return "".join(_run(run, page) for run in line)


def _run(run: Run, page: Page) -> str:
    printed = escape(run.text)
    if run.step is not None:
        return f'<b class="step s{int(run.step)}">{printed}</b>'
    if run.language is not None and run.language != page.language:
        printed = f'<q lang="{run.language}">{printed}</q>'
    return f"<strong>{printed}</strong>" if run.strong else printed
