"""Policies as people read them: cards in sentences, the matrix as a picture, and what registers and reviews ask for."""

from gateway.reading.dpia import dpia_annex
from gateway.reading.lane import reading_files, reading_page, reading_version
from gateway.reading.matrix import matrix_html, matrix_pdf, matrix_svg
from gateway.reading.odrl import odrl
from gateway.reading.pdf import policy_pdf
from gateway.reading.register import register_markdown, register_of_processing

__all__ = [
    "dpia_annex",
    "matrix_html",
    "matrix_pdf",
    "matrix_svg",
    "odrl",
    "policy_pdf",
    "reading_files",
    "reading_page",
    "reading_version",
    "register_markdown",
    "register_of_processing",
]
