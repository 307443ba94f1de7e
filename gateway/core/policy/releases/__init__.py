"""Releases of the policies: what they hold, how they are written, and when one may be made."""
