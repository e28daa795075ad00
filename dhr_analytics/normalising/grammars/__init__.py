"""Grammars: each reads all of a frame in one shape and hands on a ``Reading``, or ``None`` where it does not fit."""
