"""Old Word (.doc), OpenDocument (.odt) and RTF files: turned into .docx by LibreOffice, then read as Word."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from dhr_analytics.errors import InputError
from dhr_analytics.reading.table import RawTable
from dhr_analytics.reading.word import read_word

SECONDS = 60
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
# Named, because LibreOffice takes a damaged file for plain text when it may choose.
_FILTERS = {".doc": "MS Word 97", ".odt": "writer8", ".rtf": "Rich Text Format"}
_ADVICE = 'Open it in Word and save it as "Word Document (.docx)", or leave it out.'
# No macro runs and nothing is fetched, whatever the document asks for.
_SETTINGS = "".join(
    f'<item oor:path="/org.openoffice.Office.Common/{path}"><prop oor:name="{name}" oor:op="fuse">'
    f"<value>{value}</value></prop></item>"
    for path, name, value in (
        ("Security/Scripting", "MacroSecurityLevel", "3"),
        ("Security/Scripting", "DisableMacrosExecution", "true"),
        ("Security/Scripting", "DisableActiveContent", "true"),
        ("Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    )
)


def read_via_office(data: bytes, name: str) -> list[RawTable]:
    """Read a .doc, .odt or .rtf file.

    Parameters
    ----------
    data, name : bytes, str
        As for `read_kind`; it decides the format, not the name.

    Returns
    -------
    list of RawTable
        As `read_word` gives them.

    Raises
    ------
    InputError
        When LibreOffice is missing, refuses the file or takes more than a minute, and when the file is protected with
        a password or of another kind.
    """
    kind = _kind(data, name)
    program = find_office()
    if program is None:
        raise InputError(
            f"{name} is a {kind} file; reading it needs LibreOffice, which was not found. Install it (on Debian and "
            f"Ubuntu the package libreoffice-writer, elsewhere LibreOffice itself), or open the file in Word and save "
            f'it as "Word Document (.docx)".'
        )
    # LibreOffice may still be writing to its profile when it is stopped.
    with tempfile.TemporaryDirectory(prefix="dhr-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / f"document{kind}"
        source.write_bytes(data)
        said = _convert(program, source, name)
        made = source.with_suffix(".docx")
        if not made.is_file():
            raise InputError(
                f"{name}: LibreOffice could not turn this {kind} file into .docx ({said or 'it gave no reason'}): it "
                f"may be damaged or protected with a password. {_ADVICE}"
            )
        return read_word(made.read_bytes(), name)


def find_office() -> str | None:
    """Return the path of LibreOffice's command, None where it is not installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def _kind(data: bytes, name: str) -> str:
    """Return the file ending that fits the content."""
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    if data.startswith(b"PK") and b"application/vnd.oasis.opendocument.text" in data[:200]:
        return ".odt"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        # The names of an OLE file's streams tell what it holds.
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InputError(
                f"{name} is protected with a password. {_ADVICE.replace('save', 'save it unprotected', 1)}"
            )
        if "WordDocument".encode("utf-16-le") in data:
            return ".doc"
    raise InputError(f"{name} is no .doc, .odt or .rtf text, whatever its name says. {_ADVICE}")


def _convert(program: str, source: Path, name: str) -> str:
    """Let LibreOffice write the .docx beside the source; return what it said."""
    profile = source.parent / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        f'<oor:items xmlns:oor="http://openoffice.org/2001/registry">{_SETTINGS}</oor:items>', encoding="utf-8"
    )
    command = [
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--nodefault", f"--infilter={_FILTERS[source.suffix]}"),
        *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(source.parent), str(source)),
    ]
    process = subprocess.Popen(
        command,
        cwd=source.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=_alone(),
    )
    try:
        said, _ = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        _stop(process)
        raise InputError(
            f"{name}: LibreOffice did not finish within {SECONDS} seconds, so it was stopped. {_ADVICE}"
        ) from None
    except BaseException:
        _stop(process)
        raise
    lines = said.decode("utf-8", errors="replace").strip().splitlines()
    return lines[-1].replace(str(source.parent), "")[:200] if lines else ""


def _alone() -> bool:
    """Return whether LibreOffice needs a session of its own to be stopped as a whole.

    A process that leads its session was started to read this document, and ends together with all that it started.
    """
    return os.name == "posix" and os.getsid(0) != os.getpid()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop LibreOffice with the processes that it started itself."""
    if _alone():
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    # A child of LibreOffice's may still hold the pipe: nobody waits for its end.
    if process.stdout:
        process.stdout.close()
    process.wait()
