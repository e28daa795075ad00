"""The guard: a file is looked at from outside, then read in a process of its own that may be stopped.

A file of one megabyte can unpack to gigabytes or keep a parser busy for ever; neither may take the others down.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.reading.kinds import kind_of, read_kind
from dhr_analytics.reading.table import RawRow, RawTable

MAX_BYTES = 50_000_000
# Reading lines and splitting cells is safe and quick; these need no process of their own.
_PLAIN = ("text", "markdown", "csv")
_PLAIN_BYTES = 5_000_000
# What the directory of a Word or Excel file may announce: members, bytes unpacked, bytes of one XML member, and
# how many times larger than packed; plans stay below a tenth of each.
_MEMBERS, _UNPACKED, _XML, _RATIO = 5_000, 500_000_000, 250_000_000, 250
# LibreOffice takes seconds to start, and longer on its first run on a machine; a scan takes up to 5 s a page.
_LONGER = {"office": 75, "scan": 240}
_MEND = "Open it, copy the action plan alone into a new document, and give that."
_MOST_ANSWER = 60_000_000
_READER = "dhr_analytics.reading.kinds:read_kind"
_START = "import sys; sys.path.append(sys.argv[1]); from dhr_analytics.reading.guard import answer; answer()"


def read_guarded(path: Path | str, *, seconds: float = 20, megabytes: int = 600) -> tuple[str, list[RawTable]]:
    """Read one document within limits of time and memory.

    Parameters
    ----------
    path : path
        A file; its content decides how it is read, not its name.
    seconds : float
        Wall-clock time after which reading is given up.
    megabytes : int
        Memory that reading may take (kept on Linux and other POSIX systems that honour ``setrlimit``).

    Returns
    -------
    kind : str
        ``text``, ``markdown``, ``csv``, ``html``, ``word``, ``excel``, ``pdf`` or ``office``.
    tables : list of RawTable
        Tables and running text in the order of the document.

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When the file is empty, too large, damaged, of no kind that can be read, or went over a limit.
    """
    data, name = load(path), Path(path).name
    kind = kind_of(data, name)
    if kind in _PLAIN and len(data) <= _PLAIN_BYTES:
        return kind, read_kind(kind, data, name)
    longest = max(seconds, _LONGER.get("scan" if kind == "pdf" and _is_scan(data) else kind, 0))
    return kind, read_apart(data, name, kind, seconds=longest, megabytes=megabytes)


def _is_scan(data: bytes) -> bool:
    """Return whether a PDF holds pictures and no font, so that its words have to be recognised."""
    return b"/Font" not in data and any(mark in data for mark in (b"/DCTDecode", b"/CCITTFax", b"/JBIG2", b"/Image"))


def load(path: Path | str) -> bytes:
    """Load a file that is no larger, and unpacks to no more, than a plan does.

    Parameters
    ----------
    path : path

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When the file is empty or too large.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(f"There is no file {path}. Check the spelling, or name the folder that holds the plans.")
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise InputError(f"{path.name} has {size:,} bytes; at most {MAX_BYTES:,} are read. Cut out the action plan.")
    data = path.read_bytes()
    if not data.strip():
        raise InputError(f"{path.name} is empty. Check that it was downloaded whole, or leave it out.")
    if data.startswith(b"PK"):
        _check_zip(data, path.name)
    return data


def _check_zip(data: bytes, name: str) -> None:
    """Refuse a zip file whose directory announces too much; nothing is unpacked for it."""
    # Each member has this mark, so counting it is safe before the directory is read, which takes memory too.
    members = data.count(b"PK\x01\x02")
    seen = f"{members:,} parts" if members > _MEMBERS else ""
    if not seen:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                infos = file.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return  # what is wrong with it is told when its kind is
        unpacked = sum(info.file_size for info in infos)
        xml = max((info.file_size for info in infos if info.filename.endswith((".xml", ".rels"))), default=0)
        if unpacked > _UNPACKED or xml > _XML or unpacked > max(20_000_000, _RATIO * len(data)):
            seen = f"{unpacked:,} bytes when unpacked"
    if seen:
        raise InputError(f"{name} holds {seen}, far more than an action plan does, and was not opened. {_MEND}")


def read_apart(
    data: bytes, name: str, kind: str, *, seconds: float, megabytes: int, reader: str = _READER
) -> list[RawTable]:
    """Read a document in a process of its own, which is stopped when it goes over a limit.

    Parameters
    ----------
    data : bytes
        Content of the file.
    name : str
        File name, for messages.
    kind : str
        As ``kind_of`` tells it.
    seconds : float
        Wall-clock time.
    megabytes : int
        Memory.
    reader : str
        The function to call with kind, data and name, as "module:function".

    Returns
    -------
    list of RawTable

    Raises
    ------
    InputError
        From the reader, or when it went over a limit or broke down.
    """
    home = str(Path(__file__).resolve().parents[2])
    task = [home, reader, kind, name, str(megabytes), str(seconds)]
    # A session of its own, so that whatever the reader started can be stopped together with it.
    with tempfile.TemporaryDirectory(prefix="dhr-", ignore_cleanup_errors=True) as scratch:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, *task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": scratch, "TEMP": scratch, "TMP": scratch},
        )
        try:
            out, _ = child.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise InputError(
                f"{name} took longer than {seconds:g} seconds to read and was given up. {_MEND}"
            ) from error
        finally:
            _stop(child)
    try:
        told = json.loads(out)
    except ValueError:
        # A parser written in C that gets no more memory ends the process without a word.
        told = {"fault": "memory" if child.returncode in (-signal.SIGABRT, -signal.SIGSEGV, -9) else "crash"}
    return _tables(told, name, megabytes)


def _tables(told: dict[str, Any], name: str, megabytes: int) -> list[RawTable]:
    """Rebuild the tables from the answer of the other process, or raise what it tells of."""
    if "error" in told:
        raise InputError(told["error"])
    if told.get("fault") == "memory":
        raise InputError(f"{name} needs more than {megabytes} MB of memory to read and was given up. {_MEND}")
    if "fault" in told:
        raise InputError(f"{name} cannot be read: the file is damaged ({told['fault']}). {_MEND}")
    return [
        RawTable(
            tuple(
                RawRow(tuple(cells), place, after, tuple(fills), struck, tuple(map(tuple, nested)), at)
                for cells, place, after, fills, struck, nested, at in rows
            ),
            kind=kind,
        )
        for kind, rows in told["tables"]
    ]


_FIELDS = ("cells", "place", "break_before", "fills", "struck", "nested", "nested_at")


def answer() -> None:
    """Read the document on standard input within the limits of the command line; for the process apart only.

    The answer is JSON, not a pickle: a parser that a crafted file took over cannot reach the calling process.
    """
    reader, kind, name, megabytes, seconds = sys.argv[2:7]
    _limit(kind, int(megabytes), float(seconds))
    # What a library prints must not mix with the answer.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    if kind == "excel":
        # openpyxl would load it only to know its number types: a fifth of a second for nothing.
        sys.modules["numpy"] = None  # type: ignore[assignment]
    module, _, function = reader.partition(":")
    try:
        tables: Sequence[RawTable] = getattr(import_module(module), function)(kind, sys.stdin.buffer.read(), name)
        rows = [[t.kind, [[getattr(row, name) for name in _FIELDS] for row in t.rows]] for t in tables]
        text = json.dumps({"tables": rows})
        if len(text) > _MOST_ANSWER:
            text = json.dumps({"error": f"{name} holds far more text than an action plan does. {_MEND}"})
    except InputError as error:
        text = json.dumps({"error": str(error)})
    except MemoryError:
        text = '{"fault": "memory"}'
    except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over, the file is at fault
        text = json.dumps({"fault": type(error).__name__})
    with out:
        out.write(text.encode())


def _limit(kind: str, megabytes: int, seconds: float) -> None:
    """Limit the memory of this process and its children; where the caller is gone, end anyway."""
    try:
        import resource
    except ImportError:  # Windows: the caller keeps the time, nothing keeps the memory
        return
    # LibreOffice maps more memory than it uses, so only what it writes to is counted.
    what = resource.RLIMIT_DATA if kind == "office" else resource.RLIMIT_AS
    for limit, value in ((what, megabytes << 20), (resource.RLIMIT_CORE, 0)):
        most = resource.getrlimit(limit)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (value if most == resource.RLIM_INFINITY else min(value, most), most))
    signal.alarm(int(seconds) + 5)


def _stop(child: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started, and wait until it is gone."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    elif child.poll() is None:
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()
    child.wait()
