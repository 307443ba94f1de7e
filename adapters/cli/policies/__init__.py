"""The commands of the privacy officer: write a card, try it, see what a change opens, and release it by four eyes.

The gateway's own functions do the work; they are imported inside each command, since an agency's machine never does.
"""
