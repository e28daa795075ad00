"""Grammars: the ways in which rows and lines hold recommendations and actions, one file each."""
