"""Grammars: each reads all of a frame in one shape; ``None`` where it does not fit."""
