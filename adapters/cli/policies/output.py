"""Decides where a page goes: to a file in one go, or to standard output."""

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown

from adapters.cli import talk
from adapters.cli.locale import words
from keys.durable import write_atomically

_READABLE = 0o644


def put(content: str | bytes, out: Path | None, *, as_json: bool) -> None:
    """Write a page; a reader of the file sees the old page or the new one, never a part."""
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(out, content if isinstance(content, bytes) else content.encode(), mode=_READABLE)
        talk.data({"file": str(out)}, as_json=as_json)
    elif isinstance(content, bytes):
        _pipe(content)
    elif as_json:
        talk.data({"page": content}, as_json=True)
    else:
        sys.stdout.write(content)


def _pipe(content: bytes) -> None:
    if sys.stdout.isatty():
        raise typer.BadParameter(
            words("geef een bestand: dit kan niet op een scherm", "name a file: a screen cannot show this"),
            param_hint="--out",
        )
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def legible(text: str) -> str:
    """Put a mark in the place of every sign without a face: a release may come from anybody, and a screen obeys some.

    An escape sequence or a turn of the writing direction could hide what an officer signs.
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)


def show_page(markdown: str, *, to_talk: bool = False) -> None:
    """Show a page that is written in Markdown: laid out on a terminal, as it is for other programs."""
    console = Console(file=sys.stderr if to_talk else sys.stdout, highlight=False)
    if console.is_terminal:
        console.print(Markdown(legible(markdown)))
    else:
        console.file.write(legible(markdown))
