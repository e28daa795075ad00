"""Whether a pack is still what was made: its files untouched, and every figure made again from the plans in it."""

from __future__ import annotations

import json
from pathlib import Path

from dhr_analytics.errors import InputError
from dhr_analytics.reporting.estimates import ESTIMATES, ROWS, read_estimates
from dhr_analytics.reporting.folder import MANIFEST, hashes
from dhr_analytics.reporting.view import remade
from dhr_analytics.statistics import read_counted


def check_pack(pack: Path) -> tuple[list[str], int | None]:
    """Check a pack.

    Parameters
    ----------
    pack : pathlib.Path
        Its folder.

    Returns
    -------
    tuple of (list of str, int or None)
        What is wrong, in words, and how many figures were made again; None where no figure can be, because the plans
        are not in the pack (a disclosure profile that withholds counts leaves them out).

    Raises
    ------
    InputError
        When there is no pack, or its figures cannot be read.
    """
    try:
        written = json.loads((pack / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"There is no report in {pack} that can be checked. Make it with: dhr report") from error
    now = hashes(pack)
    faults = [f"{name} is missing" for name in sorted(written.keys() - now.keys())]
    faults += [f"{name} was added" for name in sorted(now.keys() - written.keys())]
    faults += [f"{name} was changed" for name in sorted(written.keys() & now.keys()) if written[name] != now[name]]
    data = pack / "data"
    if not (data / f"{ROWS}.csv").is_file():
        return faults, None
    printed = {each.id: each for each in read_estimates(data / f"{ESTIMATES}.csv")}
    made = remade(read_counted(data), printed)
    for key, each in printed.items():
        # Files hold six digits.
        then, again = ((one.n, one.N, None if one.value is None else f"{one.value:.6g}") for one in (each, made[key]))
        if then != again:
            faults.append(f"{key} reads {then[0]} of {then[1]}, and is {again[0]} of {again[1]} when made again")
    return faults, len(printed)
