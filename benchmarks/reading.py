"""How well generated plans are read: by field, by layout, and by the grade a document was given.

    python benchmarks/reading.py [--seeds 101,102,103] [--count 300] [--jobs 2]
                                 [--kinds docx,pdf] [--sure] [--out FOLDER] [--shared FOLDER]

The plans come from ``../shared/generator``, whose gold is known because each plan was made before
it was printed. They are read by ``dhr ingest`` as a process of its own and scored by the
generator's ``measure.py``. Documents made by an earlier run with the same seed are used again; they
are always read anew. FOLDER/<seed>-<count> keeps the documents, their gold, the package and
``misses.txt`` (every difference, by document); FOLDER/scores.csv and FOLDER/by_axis.csv the whole.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
LEAST_DOCUMENTS, LEAST_F1 = 10, 0.85
RIGHT = 0.95  # recommendation F1 from which a document counts as read right
F1 = {"recommendation_f1": "recs", "action_f1": "acts"}
SHARES = {  # what each share is a share of
    "status": "right_acts",
    "target_on": "right_acts",
    "lead_agency": "right_acts",
    "number": "right_recs",
    "section": "right_recs",
}
TOOLS = {  # what making and reading a kind of file needs
    "pdf": ("chromium",),
    "scan": ("chromium", "pdftoppm", "convert", "identify", "tesseract"),
    "doc": ("soffice",),
    "odt": ("soffice",),
}
PACKAGES = {
    "chromium": "chromium",
    "pdftoppm": "poppler-utils",
    "convert": "imagemagick",
    "identify": "imagemagick",
    "tesseract": "tesseract-ocr",
    "soffice": "libreoffice-writer",
}


@dataclass(frozen=True)
class Wanted:
    """What one folder of documents is made from."""

    seed: int
    count: int
    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of its folder."""
        return "-".join([str(self.seed), str(self.count), *self.kinds])


@dataclass(frozen=True)
class Read:
    """One folder as it was read: scores and layout by document, grades, and grammars that won."""

    scores: pd.DataFrame
    axes: pd.DataFrame
    grades: pd.Series | None
    readings: dict[str, list[str]] | None


def say(text: str, *, last: bool = True) -> None:
    """Write the progress line; on a terminal the next one takes its place unless it is the last."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="\n" if last else "", file=sys.stderr, flush=True)
    elif last:
        print(text, file=sys.stderr, flush=True)


def module_at(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_place(shared: Path) -> None:
    needed = ("generator/generate.py", "generator/measure.py", "score/score_ingest.py")
    missing = [name for name in needed if not (shared / name).is_file()]
    if missing:
        raise SystemExit(
            f"{shared / missing[0]} is not here. The bench needs the generator and the scorer of "
            "the shared folder; say where it is with --shared FOLDER."
        )


def check_tools(kinds: Sequence[str]) -> None:
    tools = {tool for kind in kinds or TOOLS for tool in TOOLS.get(kind, ())}
    missing = sorted(tool for tool in tools if shutil.which(tool) is None)
    if missing:
        packages = " ".join(sorted({PACKAGES[tool] for tool in missing}))
        raise SystemExit(
            f"{', '.join(missing)} not found. Install with: apt-get install {packages}; "
            "or leave the kinds that need it out with --kinds."
        )


def stamp(wanted: Wanted, generator: Path) -> str:
    """What a folder was made from, the generator's own code included."""
    code = hashlib.sha256()
    for path in sorted(generator.rglob("*.py")):
        code.update(path.read_bytes())
    return json.dumps([wanted.seed, wanted.count, wanted.kinds, code.hexdigest()])


def make(wanted: Wanted, out: Path, generator: Path) -> Path:
    """Make the documents of a seed, or return the folder of an earlier run with the same ones."""
    folder, made = out / wanted.name, stamp(wanted, generator)
    note = folder / "made.json"
    if note.is_file() and note.read_text(encoding="utf-8") == made:
        return folder
    fresh = unfinished(out, wanted)
    for old in (fresh, folder):
        shutil.rmtree(old, ignore_errors=True)
    command = [sys.executable, str(generator / "generate.py"), "--seed", str(wanted.seed)]
    command += ["--count", str(wanted.count), "--out", str(fresh)]
    command += ["--kinds", ",".join(wanted.kinds)] if wanted.kinds else []
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"generate.py ended with {done.returncode}:\n{done.stderr[-2000:]}")
    (fresh / "made.json").write_text(made, encoding="utf-8")
    fresh.rename(folder)
    return folder


def unfinished(out: Path, wanted: Wanted) -> Path:
    return out / f".{wanted.name}.part"


def make_all(every: Sequence[Wanted], out: Path, generator: Path, jobs: int) -> list[Path]:
    """Make the folders of all seeds, so many at a time."""
    documents = sum(wanted.count for wanted in every)
    with ThreadPoolExecutor(jobs) as pool:
        work = [pool.submit(make, wanted, out, generator) for wanted in every]
        while not all(one.done() for one in work):
            made = sum(
                len([*folder.glob("documents/*")])
                for wanted in every
                for folder in (out / wanted.name, unfinished(out, wanted))
            )
            say(f"making documents: {made} of {documents}", last=False)
            time.sleep(0.5)
    folders = [one.result() for one in work]
    say(f"{documents} documents are made (seeds: {', '.join(str(each.seed) for each in every)})")
    return folders


def ingest(folder: Path, jobs: int) -> Path:
    """Read the documents of a folder by the command; the package is made anew."""
    package = folder / "package"
    shutil.rmtree(package, ignore_errors=True)
    command = [sys.executable, "-m", "dhr_analytics", "ingest", str(folder / "documents")]
    command += ["--out", str(package), "--jobs", str(jobs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    (folder / "ingest.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode not in (0, 1):
        raise SystemExit(f"dhr ingest ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return package


def grades_of(package: Path, documents: Sequence[str]) -> pd.Series | None:
    """The grade of each document, or None where the package has no grades.

    A document of several reviews has the worse grade; one that is in no review was refused.
    """
    reviews = pd.read_csv(package / "reviews.csv", dtype=str, keep_default_na=False)
    if "grade" not in reviews:
        return None
    names = reviews["document"].map(lambda name: Path(name).name)
    graded = reviews.assign(sure=reviews["grade"] == "sure").groupby(names)["sure"].all()
    worst = graded.map({True: "sure", False: "check"})
    return worst.reindex(documents).fillna("refused")


def readings_of(package: Path) -> dict[str, list[str]] | None:
    """The grammars that won in each document, where the package says so."""
    recorded = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    return recorded.get("dhr_analytics", {}).get("readings")


def read_folder(folder: Path, measure: ModuleType, scorer: Path, jobs: int) -> Read:
    """Read and score one folder; documents are named by folder, since each seed counts anew."""
    package = ingest(folder, jobs)
    scores, axes, _, misses = measure.measure(folder, package, scorer)
    (folder / "misses.txt").write_text("\n".join(misses) + "\n", encoding="utf-8")
    grades = grades_of(package, scores.index)
    named = f"{folder.name}/" + scores.index
    return Read(
        scores.set_axis(named),
        axes.loc[scores.index].set_axis(named),
        None if grades is None else grades.set_axis(named),
        readings_of(package),
    )


def pooled(scores: pd.DataFrame) -> dict[str, float]:
    """The figures of some documents as if they were one."""
    found = {}
    for name, kind in F1.items():
        of = (scores[f"gold_{kind}"] + scores[f"found_{kind}"]).sum()
        found[name] = 2 * scores[f"right_{kind}"].sum() / max(1, of)
    for name, of in SHARES.items():
        found[name] = (scores[name] * scores[of]).sum() / max(1, scores[of].sum())
    return {name: float(value) for name, value in found.items()}


def figures(scores: pd.DataFrame) -> str:
    return "  ".join(f"{name} {value:.3f}" for name, value in pooled(scores).items())


def print_grades(scores: pd.DataFrame, grades: pd.Series | None) -> None:
    if grades is None:
        print("\ngrades: this package has none")
        return
    share = grades.value_counts(normalize=True)
    each = (f"{name} {share.get(name, 0):.1%}" for name in ("sure", "check", "refused"))
    print("\ngrades:", "  ".join(each))
    sure = scores.loc[grades[grades == "sure"].index, "recommendation_f1"]
    if len(sure):
        right = (sure >= RIGHT).mean()
        print(f"of {len(sure)} sure documents {right:.1%} have recommendation F1 >= {RIGHT}")


def print_grammars(every: Sequence[dict[str, list[str]] | None]) -> None:
    recorded = [readings for readings in every if readings]
    if not recorded:
        return
    won = Counter(name for each in recorded for names in each.values() for name in {*names})
    print("\ndocuments in which each grammar won:")
    for name, count in won.most_common():
        print(f"  {count:5d}  {name}")


def print_axes(table: pd.DataFrame) -> None:
    """Print the values of all axes, the worst first; worst by the lower of the two F1."""
    if table.empty:
        print(f"\nno axis value has {LEAST_DOCUMENTS} documents")
        return
    order = table[[*F1]].min(axis=1)
    table = table.loc[order.sort_values(kind="stable").index]
    low = int((order < LEAST_F1).sum())
    print(f"\naxis values with {LEAST_DOCUMENTS} documents or more, worst first: {len(table)};")
    print(f"below {LEAST_F1} in recommendation or action F1: {low}")
    table = table.astype({"documents": int})
    shown = ["axis", "value", "documents", *F1, "status", "target_on", "lead_agency", "perfect"]
    print(table[shown].to_string(index=False))


def joined(every: Sequence[Read]) -> Read:
    """All folders as one; grammars by document are of no use across folders and left out."""
    grades = [read.grades for read in every if read.grades is not None]
    return Read(
        pd.concat([read.scores for read in every]),
        pd.concat([read.axes for read in every]).fillna(""),
        pd.concat(grades) if grades else None,
        None,
    )


def report(every: dict[str, Read], measure: ModuleType, out: Path, *, sure: bool) -> None:
    whole = joined([*every.values()])
    chosen, what = whole.scores, "documents"
    if sure and whole.grades is None:
        raise SystemExit("--sure: this package has no column grade in reviews.csv")
    if sure:
        chosen, what = chosen.loc[whole.grades == "sure"], "documents graded sure"
    table = measure.by_axis(chosen, whole.axes.loc[chosen.index], LEAST_DOCUMENTS)
    whole.scores.join(whole.axes.add_prefix("axis_")).round(4).to_csv(out / "scores.csv")
    table.to_csv(out / "by_axis.csv", index=False)
    held = f"{chosen.gold_recs.sum()} recommendations, {chosen.gold_acts.sum()} actions"
    print(f"{len(chosen)} {what}, {held} in the gold")
    print("all:", figures(chosen))
    for name, read in every.items():
        print(f"{name}:", figures(chosen.loc[chosen.index.intersection(read.scores.index)]))
    print_grades(whole.scores, whole.grades)
    print_grammars([read.readings for read in every.values()])
    print_axes(table)


def arguments() -> argparse.Namespace:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)

    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(",")]

    def names(text: str) -> tuple[str, ...]:
        return tuple(sorted({part.strip() for part in text.split(",") if part.strip()}))

    place = Path(tempfile.gettempdir()) / "dhr_reading_bench"
    parser.add_argument("--seeds", type=numbers, default=[101, 102, 103], help="by comma")
    parser.add_argument("--count", type=int, default=300, help="documents for each seed")
    parser.add_argument("--jobs", type=int, default=2, help="how many work at a time")
    parser.add_argument("--kinds", type=names, default=(), help="kinds of file, by comma")
    parser.add_argument("--sure", action="store_true", help="score documents graded sure alone")
    parser.add_argument("--out", type=Path, default=place, help=f"default: {place}")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    check_place(args.shared)
    check_tools(args.kinds)
    generator, out = args.shared.resolve() / "generator", args.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    measure = module_at(generator / "measure.py")
    wanted = [Wanted(seed, args.count, args.kinds) for seed in dict.fromkeys(args.seeds)]
    every = {}
    for folder in make_all(wanted, out, generator, args.jobs):
        began = time.perf_counter()
        say(f"{folder.name}: reading and scoring", last=False)
        scorer = args.shared.resolve() / "score" / "score_ingest.py"
        every[folder.name] = read_folder(folder, measure, scorer, args.jobs)
        say(f"{folder.name}: read and scored in {time.perf_counter() - began:.0f} s")
    report(every, measure, out, sure=args.sure)


if __name__ == "__main__":
    main()
