"""Offices of different shapes, from nothing to their first figure."""
