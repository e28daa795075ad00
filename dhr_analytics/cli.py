"""The ``dhr`` command: documents in, plan package, themes and quarterly report pack out."""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dhr_analytics._version import __version__
from dhr_analytics.errors import DHRError, UsageError

_ABOUT = """\
Reads the action plans of domestic homicide reviews, codes every recommendation
to themes, and makes the quarterly report pack.

  dhr report PLANS --quarter 2025Q1      from a folder of plans to the report pack
  dhr ingest PLANS --out DIR             only read and normalise the plans
  dhr classify DIR                       only code the themes of a plan package
  dhr classify --texts IN.csv --out OUT.csv

Results go to standard output, progress to standard error. Exit codes: 0 done;
1 done, but something needs a look (said on the last line); 2 wrong use; 3 input
that cannot be read."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments; those of the process by default.

    Returns
    -------
    int
        0 done, 1 done but something needs a look, 2 wrong use, 3 input that cannot be read.
    """
    args = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):  # a Windows console is not UTF-8 by itself
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return int(args.run(args))
    except DHRError as error:
        _tell(f"dhr {args.command}: {error}")
        return error.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        _tell(f"dhr {args.command}: stopped. Nothing half-written was left behind.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dhr", description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"dhr_analytics {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_ingest(commands)
    _add_classify(commands)
    _add_report(commands)
    _add_evaluate(commands)
    return parser


def _add_ingest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = _command(
        commands,
        "ingest",
        "Read action plans and write them as a plan package: one CSV table each for reviews, recommendations, "
        "actions, and rejected.csv for every piece that could not be placed.",
        "dhr ingest plans/ --out data/packages/2025Q1\n"
        "dhr ingest plan.txt other.txt --out pkg --manifest reviews.csv\n\n"
        "The manifest states what a plan does not say of itself. A file reviews.csv beside the\n"
        "documents is used by itself. Its columns: document (file name), review_id, title, area,\n"
        "published_on, snapshot_on (dates as 2025-03-31); all but the first may be left out.\n\n"
        "needs_review.csv lists the rows that a person should look at, the least sure first. What you\n"
        "put right goes into overrides.csv beside the documents: row_id,column,was,now,by,on,reason.\n"
        "It is applied on every run, as long as the cell still reads as it did (was).",
    )
    sub.add_argument("documents", nargs="+", metavar="DOCS", help="action plans, or folders that hold them")
    sub.add_argument(
        "--out", required=True, metavar="DIR", help="folder for the plan package (an older package there is replaced)"
    )
    sub.add_argument(
        "--manifest", metavar="CSV", help="what is known of the reviews (default: reviews.csv beside the documents)"
    )
    sub.add_argument(
        "--overrides", metavar="CSV", help="cells put right by hand (default: overrides.csv beside the plans)"
    )
    sub.add_argument(
        "--keep-names",
        action="store_true",
        help="write individuals' names; marks the package as restricted, reports refuse it",
    )
    sub.add_argument(
        "--jobs", type=_positive, default=1, metavar="N", help="documents read at the same time (default 1)"
    )
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.set_defaults(run=_ingest)


def _add_classify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = _command(
        commands,
        "classify",
        "Code recommendations to the themes of the codebook. Each theme is given with the words that caused it.",
        "dhr classify data/packages/2025Q1                  writes themes.csv into the package\n"
        "dhr classify --texts IN.csv --out OUT.csv          IN has the columns id,text[,section]\n\n"
        "OUT has one line for each theme of each text: id,theme,source,probability,evidence,start,end.",
    )
    sub.add_argument("package", nargs="?", metavar="DIR", help="a plan package that dhr ingest has written")
    sub.add_argument("--texts", metavar="IN.csv", help="code the texts of a CSV file instead")
    sub.add_argument("--out", metavar="OUT.csv", help="where the themes of --texts go")
    sub.add_argument("--codebook", metavar="TOML", help="another codebook than the one that comes with dhr_analytics")
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.set_defaults(run=_classify)


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = _command(
        commands,
        "report",
        "Make the report pack of a quarter. The last line printed is the page to open. A folder of documents "
        "is read and coded first; its plan package is kept beside the pack.",
        "dhr report                                     the sample plans, January to March 2025\n"
        "dhr report plans/ --quarter 2025Q2\n"
        "dhr report data/packages/2025Q1 --quarter 2025Q1 --only 04_completion\n"
        "dhr report plans/ --quarter 2025Q1 --area Northmoor --theme training --theme dash",
    )
    sub.add_argument(
        "source",
        nargs="?",
        default="data/sample",
        metavar="DIR",
        help="plan package or folder of documents (default data/sample)",
    )
    sub.add_argument(
        "--quarter", default="2025Q1", metavar="2025Q1", help="calendar quarter to report on (default 2025Q1)"
    )
    sub.add_argument("--out", default="reports", metavar="DIR", help="folder for the packs (default reports)")
    sub.add_argument(
        "--only",
        action="append",
        metavar="NOTEBOOK",
        help="make only this notebook, such as 04_completion (may be repeated)",
    )
    for name, what in (("area", "local area"), ("agency", "lead agency"), ("theme", "theme id")):
        sub.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar=name.upper(),
            help=f"keep only this {what} (may be repeated)",
        )
    sub.add_argument(
        "--jobs", type=_positive, default=2, metavar="N", help="notebooks run at the same time (default 2)"
    )
    sub.add_argument("--json", action="store_true", help="print the result as JSON")
    sub.set_defaults(run=_report)


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    sub = _command(
        commands,
        "evaluate",
        "Say how well plans are read or themes are coded, against readings and codings by hand.",
        "dhr evaluate ingest tests/gold_sample data/packages/sample --misses",
    )
    kinds = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    ingest = kinds.add_parser("ingest", help="a plan package against a reading by hand")
    ingest.add_argument("gold", metavar="GOLD_DIR", help="folder with recommendations.csv and actions.csv read by hand")
    ingest.add_argument("package", metavar="DIR", help="plan package made from the same documents")
    ingest.add_argument("--misses", action="store_true", help="also print every difference")
    ingest.add_argument("--json", action="store_true", help="print the result as JSON")
    ingest.set_defaults(run=_evaluate_ingest)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, description: str, examples: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=description.split(". ")[0].rstrip("."),
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _ingest(args: argparse.Namespace) -> int:
    from dhr_analytics.ingest import ingest
    from dhr_analytics.package import write_package

    plans = ingest(
        args.documents,
        manifest=args.manifest,
        overrides=args.overrides,
        keep_names=args.keep_names,
        jobs=args.jobs,
        progress=_tell,
    )
    path = write_package(plans, args.out)
    unread, queue = _unread(plans), 0 if plans.needs_review is None else len(plans.needs_review)
    result = {
        "package": str(path.parent),
        "reviews": len(plans.reviews),
        "recommendations": len(plans.recommendations),
        "actions": len(plans.actions),
        "rejected": len(plans.rejected),
        "needs_review": queue,
        "unread": unread,
    }
    _answer(
        args.json, result, f"{path.parent}: {len(plans.recommendations)} recommendations, {len(plans.actions)} actions"
    )
    if queue:
        _tell(f"{queue} row{'s' * (queue > 1)} to look at, the least sure first: {path.parent / 'needs_review.csv'}")
    if unread:
        _tell(f"{len(unread)} of the documents gave no plan; see rejected.csv: {', '.join(unread)}")
    return 1 if unread else 0


def _unread(plans) -> list[str]:  # type: ignore[no-untyped-def]
    """Documents that were given and are not among the reviews."""
    return sorted(set(plans.rejected["document"]) - set(plans.reviews["document"]))


def _classify(args: argparse.Namespace) -> int:
    from dhr_analytics.themes import Codebook, code_recommendations

    if bool(args.package) == bool(args.texts) or bool(args.texts) != bool(args.out):
        raise UsageError(
            "name either a plan package, or --texts IN.csv together with --out OUT.csv. See dhr classify --help."
        )
    codebook = Codebook.load(args.codebook) if args.codebook else Codebook.load()
    if args.texts:
        return _classify_texts(args, codebook)
    from dhr_analytics.package import read_package, write_package

    plans = read_package(args.package)
    themes = code_recommendations(plans.recommendations, codebook)
    write_package(plans.with_themes(themes), args.package)
    coded = themes["recommendation_id"].nunique()
    result = {
        "package": args.package,
        "coded": int(coded),
        "themes_given": len(themes),
        "codebook_version": codebook.version,
    }
    _answer(args.json, result, f"{args.package}: {len(themes)} themes given to {coded} recommendations")
    return 0


def _classify_texts(args: argparse.Namespace, codebook) -> int:  # type: ignore[no-untyped-def]
    from dhr_analytics.themes import code_texts
    from dhr_analytics.themes.texts import read_texts

    texts = read_texts(args.texts)
    began = time.perf_counter()
    themes = code_texts(texts, codebook)
    out = Path(args.out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        themes.to_csv(
            out, index=False, encoding="utf-8", lineterminator="\n", quoting=csv.QUOTE_MINIMAL, float_format="%.6g"
        )
    except OSError as error:
        raise UsageError(f"Cannot write {out}: {error.strerror}. Name another file with --out.") from error
    _tell(f"coded {len(texts)} texts in {time.perf_counter() - began:.1f} s")
    result = {"out": str(out), "texts": len(texts), "themes_given": len(themes), "codebook_version": codebook.version}
    _answer(args.json, result, f"{out}: {len(themes)} themes given to {len(texts)} texts")
    return 0


def _report(args: argparse.Namespace) -> int:
    from dhr_analytics.package import DESCRIPTOR
    from dhr_analytics.reporting.report import make_report
    from dhr_analytics.statistics.quarter import parse_quarter

    parse_quarter(args.quarter)  # before the minutes that reading may take
    source, unread = Path(args.source), list[str]()
    if not (source / DESCRIPTOR).is_file():
        source, unread = _prepare(source, Path(args.out))
    page = make_report(
        source,
        quarter=args.quarter,
        out=Path(args.out),
        only=args.only,
        areas=";".join(args.area),
        agencies=";".join(args.agency),
        themes=";".join(args.theme),
        jobs=args.jobs,
        progress=_tell,
    )
    if unread:
        _tell(f"{len(unread)} of the documents gave no plan; see {source / 'rejected.csv'}: {', '.join(unread)}")
    _answer(args.json, {"page": str(page), "package": str(source), "unread": unread}, str(page))
    return 1 if unread else 0


def _evaluate_ingest(args: argparse.Namespace) -> int:
    from dhr_analytics.evaluate import evaluate_ingest

    figures, misses = evaluate_ingest(args.gold, args.package)
    lines = [*(misses if args.misses else []), *(f"{name:20s} {value}" for name, value in figures.items())]
    _answer(args.json, {**figures, "misses": misses} if args.misses else dict(figures), "\n".join(lines))
    return 0


def _prepare(documents: Path, out: Path) -> tuple[Path, list[str]]:
    """Read and code a folder of documents; its package stands beside the packs."""
    from dhr_analytics.ingest import ingest
    from dhr_analytics.package import write_package
    from dhr_analytics.themes import code_recommendations

    plans = ingest([documents], progress=_tell)
    _tell(f"coding {len(plans.recommendations)} recommendations")
    plans = plans.with_themes(code_recommendations(plans.recommendations))
    return write_package(plans, out / "plans").parent, _unread(plans)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _answer(as_json: bool, result: dict[str, object], line: str) -> None:
    sys.stdout.write((json.dumps(result, ensure_ascii=False) if as_json else line) + "\n")


if __name__ == "__main__":
    sys.exit(main())
