"""Cells: what the words of one cell mean - days, statuses, agencies, names, lists, updates."""
