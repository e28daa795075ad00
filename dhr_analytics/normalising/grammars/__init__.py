"""Grammars: one file for each way in which rows of a document make recommendations and actions."""
