"""Draws the figures of a year: for each lane a bar of its matches, by what came of them; a hidden one stays white."""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from adapters.cli.locale import words
from gateway.protocol.messages.usefulness import LaneUsefulness, Usefulness

_WIDTH: Final = 640
_BAR: Final = 400
_LEFT: Final = 150
_ROW: Final = 40
_TOP: Final = 70
_COLORS: Final = ("#2f6f4f", "#b98a2f", "#9a3b3b")
_HIDDEN: Final = "#ffffff"


def picture(figures: Usefulness) -> str:
    """Return an SVG picture that needs nothing else."""
    height = _TOP + _ROW * len(figures.lanes) + 20
    title = words(
        f"Wat matches opleverden: {figures.municipality}, {figures.year}",
        f"What came of matches: {figures.municipality}, {figures.year}",
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(10, 24, title, size=16),
        *_legend(),
        *(part for row, lane in enumerate(figures.lanes) for part in _lane(lane, _TOP + row * _ROW)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _legend() -> Iterator[str]:
    names = (
        words("contact", "contact"),
        words("andere uitkomst", "other outcome"),
        words("onbeantwoord", "unanswered"),
    )
    for place, (color, name) in enumerate(zip(_COLORS, names, strict=True)):
        left = 10 + place * 150
        yield f'<rect x="{left}" y="36" width="12" height="12" fill="{color}"/>'
        yield _text(left + 18, 47, name, size=12)
    yield _text(460, 47, words("blanco: verborgen", "blank: hidden"), size=12)


def _lane(lane: LaneUsefulness, top: int) -> Iterator[str]:
    yield _text(10, top + 18, lane.lane, size=13)
    yield f'<rect x="{_LEFT}" y="{top}" width="{_BAR}" height="26" fill="{_HIDDEN}" stroke="#555555"/>'
    if lane.matches is None:
        return
    left = float(_LEFT)
    for count, color in zip((lane.contact_made, lane.other_outcome, lane.unanswered), _COLORS, strict=True):
        if count is not None:
            width = _BAR * count / lane.matches
            yield f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="26" fill="{color}"/>'
            left += width
    yield _text(_LEFT + _BAR + 10, top + 18, str(lane.matches), size=13)


def _text(left: int, top: int, text: str, *, size: int) -> str:
    return f'<text x="{left}" y="{top}" font-size="{size}" fill="#222222">{escape(text)}</text>'
