"""Holds what runs a whole federation on one machine, and the synthetic region it runs on."""
