"""Figures that tell of nobody: usefulness and coverage."""
