"""Holds the synthetic region: people who do not exist, and what six agencies export about them."""
