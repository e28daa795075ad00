"""The folder of a pack: killed, full, locked or unchanged, what stands there stays whole."""

import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dhr_analytics.errors import UsageError
from dhr_analytics.reporting import folder

# Makes packs one after the other in the folder that it is given, each with 40 files of one and the same number.
MAKER = """
import json, sys
from pathlib import Path
from dhr_analytics.reporting import folder
target = Path(sys.argv[1])
for number in range(int(sys.argv[2]), 100_000):
    with folder.fresh_folder(target) as fresh:
        for place in range(40):
            (fresh / f"{place}.txt").write_text(str(number))
        (fresh / folder.MANIFEST).write_text(json.dumps({"made_from": str(number), "files": folder.hashes(fresh)}))
    print(number, flush=True)
"""


def make(target: Path, words: str) -> None:
    with folder.fresh_folder(target) as fresh:
        (fresh / "page.html").write_text(words, encoding="utf-8")
        manifest = f'{{"made_from": "{words}", "files": {{"page.html": "{folder.hashes(fresh)["page.html"]}"}}}}'
        (fresh / folder.MANIFEST).write_text(manifest, encoding="utf-8")


def test_a_new_pack_takes_the_place_of_the_old_one_whole(tmp_path: Path) -> None:
    make(tmp_path / "q", "one")
    make(tmp_path / "q", "two")
    assert folder.is_whole(tmp_path / "q", "two")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".q.lock", "q"]


def test_what_is_raised_half_way_leaves_the_old_pack_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path / "q", "one")
    with pytest.raises(ZeroDivisionError), folder.fresh_folder(tmp_path / "q") as fresh:
        (fresh / "page.html").write_text("half")
        raise ZeroDivisionError
    assert folder.is_whole(tmp_path / "q", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".q.lock", "q"]


def test_a_file_that_was_changed_or_lost_makes_the_pack_not_whole(tmp_path: Path) -> None:
    make(tmp_path / "q", "one")
    assert not folder.is_whole(tmp_path / "q", "two")
    (tmp_path / "q" / "more.html").write_text("x")
    assert not folder.is_whole(tmp_path / "q", "one")
    (tmp_path / "q" / "more.html").unlink()
    assert folder.is_whole(tmp_path / "q", "one")
    (tmp_path / "q" / "page.html").unlink()
    assert not folder.is_whole(tmp_path / "q", "one")


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    said: list[str] = []

    def second() -> None:
        try:
            make(tmp_path / "q", "two")
        except UsageError as error:
            said.append(str(error))

    with folder.fresh_folder(tmp_path / "q") as fresh:
        (fresh / folder.MANIFEST).write_text("{}")
        other = threading.Thread(target=second)
        other.start()
        other.join()
    assert len(said) == 1 and "Another run is making" in said[0]
    make(tmp_path / "q", "three")
    assert folder.is_whole(tmp_path / "q", "three")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_full_disk_is_said_and_the_old_pack_stays(tmp_path: Path) -> None:
    make(tmp_path / "q", "one")
    program = (
        "import resource, sys; from pathlib import Path; from dhr_analytics.reporting import folder\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with folder.fresh_folder(Path(sys.argv[1])) as fresh: (fresh / 'page.html').write_text('x' * 5000)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "q"], capture_output=True, text=True)
    assert done.returncode == 1 and "UsageError: Cannot write in" in done.stderr and "Make room" in done.stderr
    assert folder.is_whole(tmp_path / "q", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".q.lock", "q"]


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    with pytest.raises(UsageError, match="Cannot write in .*out"):
        make(tmp_path / "out" / "q", "one")


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_killed_at_any_moment_the_pack_is_whole_and_the_next_run_works(tmp_path: Path) -> None:
    target, number, draw = tmp_path / "q", 0, random.Random(5)
    for _ in range(12):
        with subprocess.Popen(
            [sys.executable, "-c", MAKER, str(target), str(number + 1)], stdout=subprocess.PIPE, text=True
        ) as maker:
            number = int(maker.stdout.readline())
            timer = threading.Timer(draw.random() / 4, maker.send_signal, [signal.SIGKILL])
            timer.start()
            for line in maker.stdout:
                number = int(line)
            timer.cancel()
        # The pack that was told as done, or the one after it, never a mixture.
        assert any(folder.is_whole(target, str(each)) for each in (number, number + 1))
    make(target, "last")
    assert folder.is_whole(target, "last")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".q.lock", "q"]


def test_an_old_pack_that_a_killed_run_had_set_aside_comes_back(tmp_path: Path) -> None:
    make(tmp_path / "q", "one")
    (tmp_path / ".q-old-x").mkdir()
    (tmp_path / "q").rename(tmp_path / ".q-old-x" / "q")
    with pytest.raises(ZeroDivisionError), folder.fresh_folder(tmp_path / "q"):
        raise ZeroDivisionError
    assert folder.is_whole(tmp_path / "q", "one")


def test_the_fingerprint_follows_package_notebooks_and_parameters(tmp_path: Path) -> None:
    package, notebooks = tmp_path / "p", tmp_path / "n"
    package.mkdir()
    notebooks.mkdir()
    seen = [folder.fingerprint(package, notebooks, {"quarter": "2025Q1"})]
    assert folder.fingerprint(package, notebooks, {"quarter": "2025Q1"}) == seen[0]
    seen.append(folder.fingerprint(package, notebooks, {"quarter": "2025Q2"}))
    (package / "a.csv").write_text("1")
    seen.append(folder.fingerprint(package, notebooks, {"quarter": "2025Q1"}))
    (package / "a.csv").write_text("2")
    seen.append(folder.fingerprint(package, notebooks, {"quarter": "2025Q1"}))
    (notebooks / "a.ipynb").write_text("{}")
    seen.append(folder.fingerprint(package, notebooks, {"quarter": "2025Q1"}))
    assert len(set(seen)) == len(seen)
