"""Errors a user can act on: each says what was seen and what to do, and is also a built-in error."""

from typing import Any


class DHRError(Exception):
    """Any fault that the person at the keyboard can mend; the command prints it as one paragraph."""

    exit_code = 2


class UsageError(DHRError, ValueError):
    """A wrong option, quarter, parameter or folder: the request, not the material, is at fault."""


class InputError(DHRError, ValueError):
    """A document, package or table that cannot be read as what it should be."""

    exit_code = 3


class NotebookError(DHRError, RuntimeError):
    """A notebook stopped with an error; the half-run notebook was kept for a look."""


class NoPlanError(InputError):
    """Not one document holds a plan; ``plans.rejected`` says what was seen in each."""

    def __init__(self, message: str, plans: Any) -> None:
        super().__init__(message)
        self.plans = plans
