"""The commands about themes: classify, coding, codebook, evaluate."""

from __future__ import annotations

import argparse
import time
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from dhr_analytics.errors import InputError, UsageError
from dhr_analytics.processes import processors
from dhr_analytics.terminal import answer, command, positive, records, tell

if TYPE_CHECKING:
    import pandas as pd

    from dhr_analytics.package import Plans
    from dhr_analytics.themes import Codebook

Commands = argparse._SubParsersAction  # the type that argparse gives, which has no public name


def add_commands(commands: Commands) -> None:
    """Add the commands of this file to the parser.

    Parameters
    ----------
    commands : argparse sub-parsers
    """
    _add_classify(commands)
    _add_coding(commands)
    _add_codebook(commands)
    _add_evaluate(commands)


def _add_classify(commands: Commands) -> None:
    sub = command(
        commands,
        "classify",
        "Code recommendations to the themes of the codebook. Each theme is given with the words that caused it; "
        "what people have decided (dhr coding) wins.",
        "dhr classify data/packages/2025Q1                  writes themes.csv into the package\n"
        "dhr classify --texts IN.csv --out OUT.csv          IN has the columns id,text[,section]\n\n"
        "OUT has one line for each theme of each text: id,theme,source,probability,evidence,start,end.",
    )
    sub.add_argument("package", nargs="?", metavar="DIR", help="a plan package that dhr ingest has written")
    sub.add_argument("--texts", metavar="IN.csv", help="code the texts of a CSV file instead")
    sub.add_argument("--out", metavar="OUT.csv", help="where the themes of --texts go")
    sub.add_argument(
        "--jobs",
        type=positive,
        metavar="N",
        help="portions of 5,000 --texts coded at the same time (default: one for each processor, at most 8); "
        "the result is the same for every N",
    )
    _codebook_option(sub)
    _decisions_option(sub)
    _json_option(sub)
    sub.set_defaults(run=_classify)


def _add_coding(commands: Commands) -> None:
    sub = command(
        commands,
        "coding",
        "Let people decide on themes, in Excel. Decisions are kept with their history and win over the machine on "
        "every later run.",
        "dhr coding export data/packages/2025Q1 sheet.xlsx          machine themes to keep, remove or add\n"
        "dhr coding import data/packages/2025Q1 sheet.xlsx\n"
        "dhr coding export data/packages/2025Q1 a.xlsx --blind --coder 'Coder A'\n"
        "dhr coding agreement a.xlsx b.xlsx --settle settle.xlsx    how far two coders agree\n\n"
        "dhr coding export data/packages/2025Q1 sample.xlsx --sample 10\n"
        "   a blind sheet with all recommendations of 10 reviews drawn at random. Once it is filled in and imported,\n"
        "   shares of themes are corrected for errors of the machine. At least 5 reviews are needed, 10 are a good\n"
        "   beginning, and more make the intervals narrower. A larger --sample later asks only for what is new.",
    )
    kinds = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    export = kinds.add_parser("export", help="write a coding sheet")
    export.add_argument("package", metavar="DIR", help="plan package whose themes have been coded")
    export.add_argument("sheet", metavar="SHEET.xlsx", help="where the sheet goes; a file that is there is kept")
    export.add_argument("--blind", action="store_true", help="leave the machine's themes out, for double coding")
    export.add_argument("--coder", default="", metavar="NAME", help="name that stands on the sheet")
    export.add_argument(
        "--sample",
        type=positive,
        metavar="N",
        help="a blind sheet of N reviews drawn at random, best 10 or more",
    )
    export.add_argument("--seed", type=int, default=0, metavar="S", help="of the draw of --sample (default 0)")
    _codebook_option(export)
    _decisions_option(export)
    _json_option(export)
    export.set_defaults(run=_export)
    bring = kinds.add_parser("import", help="take the decisions of a sheet, all of them or none")
    bring.add_argument("package", metavar="DIR", help="plan package that the sheet was made from")
    bring.add_argument("sheet", metavar="SHEET.xlsx", help="the sheet that was filled in")
    bring.add_argument("--older-codebook", action="store_true", help="accept a sheet made with another codebook")
    _codebook_option(bring)
    _decisions_option(bring)
    _json_option(bring)
    bring.set_defaults(run=_import)
    agree = kinds.add_parser("agreement", help="agreement of two or more coders, theme by theme")
    agree.add_argument("sheets", nargs="+", metavar="SHEET.xlsx", help="two or more blind sheets")
    agree.add_argument("--settle", metavar="OUT.xlsx", help="write the disagreements as a sheet to settle")
    _codebook_option(agree)
    _json_option(agree)
    agree.set_defaults(run=_agreement)


def _add_codebook(commands: Commands) -> None:
    sub = command(
        commands,
        "codebook",
        "Check the codebook. Finds faulty entries, phrases that fire on nothing or nearly everything, and themes that "
        "nearly always come together. Phrases that fire on nothing may be wanted for other texts: where nothing else "
        "is found, the exit code is 0.",
        "dhr codebook check\ndhr codebook check --codebook mine.toml --texts IN.csv\n"
        "dhr codebook check --json                   every phrase that fires on nothing, in full",
    )
    kinds = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    about = "check a codebook against texts; exit code 0 where at most phrases that fire on nothing are found"
    check = kinds.add_parser("check", help=about, description=about)
    _codebook_option(check)
    check.add_argument("--texts", metavar="IN.csv", help="texts to try it on (default: the training texts)")
    _json_option(check)
    check.set_defaults(run=_check)


def _add_evaluate(commands: Commands) -> None:
    sub = command(
        commands,
        "evaluate",
        "Say how well plans are read or themes are coded, against readings and codings by hand.",
        "dhr evaluate ingest tests/gold_sample data/packages/sample --misses\n"
        "dhr evaluate themes gold/themes.csv          leave one review out, beside rules, model and a baseline",
    )
    kinds = sub.add_subparsers(dest="what", required=True, metavar="WHAT")
    ingest = kinds.add_parser("ingest", help="a plan package against a reading by hand")
    ingest.add_argument("gold", metavar="GOLD_DIR", help="folder with recommendations.csv and actions.csv read by hand")
    ingest.add_argument("package", metavar="DIR", help="plan package made from the same documents")
    ingest.add_argument("--misses", action="store_true", help="also print every difference")
    _json_option(ingest)
    ingest.set_defaults(run=_evaluate_ingest)
    themes = kinds.add_parser("themes", help="the coding of themes, leaving one review out at a time")
    themes.add_argument("gold", metavar="GOLD.csv", help="themes by hand; recommendations.csv stands beside it")
    _codebook_option(themes)
    _json_option(themes)
    themes.set_defaults(run=_evaluate_themes)


def _codebook_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--codebook", metavar="TOML", help="another codebook than the one that comes with dhr_analytics"
    )


def _decisions_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--decisions",
        default="data/decisions.csv",
        metavar="CSV",
        help="store of human decisions (default data/decisions.csv); coded_sample.csv lies beside it",
    )


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _codebook(args: argparse.Namespace) -> Codebook:
    from dhr_analytics.themes import Codebook

    return Codebook.load(args.codebook) if args.codebook else Codebook.load()


def tell_of_training(codebook: Codebook) -> None:
    """Say that coding will train the model first, where it will.

    Parameters
    ----------
    codebook : Codebook
    """
    from dhr_analytics.themes.model import is_trained

    if not is_trained(codebook):
        tell("training the model for this list of themes: about ten seconds, once; it is kept for later runs")


def _classify(args: argparse.Namespace) -> int:
    if bool(args.package) == bool(args.texts) or bool(args.texts) != bool(args.out):
        raise UsageError(
            "name either a plan package, or --texts IN.csv together with --out OUT.csv. See dhr classify --help."
        )
    codebook = _codebook(args)
    if args.texts:
        return _classify_texts(args, codebook)
    from dhr_analytics.package import read_package, write_package
    from dhr_analytics.themes.plans import code_plans

    earlier = read_package(args.package)
    plans, lost, new = code_plans(earlier, codebook, args.decisions, earlier=earlier, before_coding=tell_of_training)
    write_package(plans, args.package)
    if not new:
        tell("no wording, decision, codebook or model is new: the themes stand as they were")
    themes = plans.tables()["themes"]
    result = {
        "package": args.package,
        "themes_given": len(themes),
        "codebook_version": codebook.version,
        "decisions_not_applied": len(lost),
    }
    coded = themes["recommendation_id"].nunique()
    answer(args.json, result, f"{args.package}: {len(themes)} themes given to {coded} recommendations")
    return _tell_lost(lost)


def _tell_lost(lost: pd.DataFrame) -> int:
    if not len(lost):
        return 0
    first = ", ".join(map(str, lost.iloc[0]))
    tell(f"{len(lost)} human decisions could not be applied: their wording or theme is gone (first: {first})")
    return 1


def _classify_texts(args: argparse.Namespace, codebook: Codebook) -> int:
    from dhr_analytics.themes.coding import code_stream
    from dhr_analytics.themes.texts import read_texts

    jobs = min(args.jobs or min(processors(), 8), 61)  # Windows allows no more
    began, out, texts, given = time.perf_counter(), Path(args.out), 0, 0
    part = out.with_name(f".{out.name}.part")
    tell_of_training(codebook)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as lines:
            for frame, themes in code_stream(read_texts(args.texts), codebook, jobs=jobs):
                themes.to_csv(lines, index=False, header=not texts, lineterminator="\n", float_format="%.6g")
                texts, given = texts + len(frame), given + len(themes)
                tell(f"coded {texts:,} texts in {time.perf_counter() - began:.1f} s")
        part.replace(out)
    except OSError as error:
        raise UsageError(f"Cannot write {out}: {error.strerror}. Name another file with --out.") from error
    finally:
        part.unlink(missing_ok=True)
    result = {"out": str(out), "texts": texts, "themes_given": given, "codebook_version": codebook.version}
    answer(args.json, result, f"{out}: {given} themes given to {texts} texts")
    return 0


def _export(args: argparse.Namespace) -> int:
    from dhr_analytics.package import read_package
    from dhr_analytics.themes.plans import themes_in_doubt
    from dhr_analytics.themes.sheet import export_sheet

    plans, codebook = read_package(args.package), _codebook(args)
    if args.sample:
        return _export_sample(args, plans, codebook)
    if not args.blind:
        tell_of_training(codebook)
    queue = None if args.blind else themes_in_doubt(plans, codebook, args.decisions)
    path = export_sheet(plans, args.sheet, codebook=codebook, blind=args.blind, coder=args.coder, queue=queue)
    answer(args.json, {"sheet": str(path)}, str(path))
    return 0


def _export_sample(args: argparse.Namespace, plans: Plans, codebook: Codebook) -> int:
    from dhr_analytics.schema import review_of
    from dhr_analytics.statistics.corrected import FEWEST
    from dhr_analytics.statistics.selection import counted
    from dhr_analytics.themes.sample import draw_reviews, read_sample, store_beside, to_code
    from dhr_analytics.themes.sheet import export_sheet

    plans = counted(plans)
    drawn = draw_reviews(plans.reviews["review_id"], args.sample, seed=args.seed)
    asked = to_code(plans, drawn, read_sample(store_beside(args.decisions)))
    words = f"{len(drawn)} reviews drawn with seed {args.seed}: {', '.join(drawn)}"
    all_drawn = len(drawn) == plans.reviews["review_id"].map(review_of).nunique()
    if not asked:
        more = "The package holds no more reviews." if all_drawn else "Ask for more with --sample."
        raise UsageError(f"All recommendations of these are coded already: {words}. {more}")
    path = export_sheet(plans, args.sheet, codebook=codebook, blind=True, coder=args.coder, only=asked, sample=words)
    result = {"sheet": str(path), "reviews": list(drawn), "recommendations": len(asked)}
    answer(args.json, result, f"{path}: {len(asked)} recommendations to code; {words}")
    if len(drawn) < FEWEST:
        more = "the package holds no more, so add plans first" if all_drawn else "ask for more, best 10 or more"
        tell(f"a share is corrected by at least {FEWEST} reviews: {more}")
    return 0


def _import(args: argparse.Namespace) -> int:
    from dhr_analytics.package import read_package, write_package
    from dhr_analytics.themes.decisions import add_decisions, read_decisions, write_decisions
    from dhr_analytics.themes.plans import code_plans
    from dhr_analytics.themes.sample import add_sample, full_codings, read_sample, store_beside, write_sample
    from dhr_analytics.themes.sheet import import_sheet

    plans, codebook, store = read_package(args.package), _codebook(args), store_beside(args.decisions)
    taken = import_sheet(args.sheet, plans, codebook=codebook, older_codebook=args.older_codebook)
    _refuse(args.sheet, taken.problems)
    sample = add_sample(read_sample(store), full_codings(taken.decisions)) if taken.sample else None
    write_decisions(add_decisions(read_decisions(args.decisions), taken.decisions), args.decisions)
    if sample is not None:
        write_sample(sample, store)
        if taken.n_left:
            tell(f"{taken.n_left} recommendations of the sample are left open; shares lean to what is easy to code")
    plans, lost, _ = code_plans(plans, codebook, args.decisions, before_coding=tell_of_training)
    write_package(plans, args.package)
    result = {"decisions": args.decisions, "taken": taken.n_decided, "left": taken.n_left, "not_applied": len(lost)}
    words = f"{args.decisions}: decisions on {taken.n_decided} recommendations taken, {taken.n_left} left open"
    answer(args.json, result, words)
    return _tell_lost(lost)


def _agreement(args: argparse.Namespace) -> int:
    from dhr_analytics.themes.agreement import agreement
    from dhr_analytics.themes.sheet import export_settlement, read_codings

    if len(args.sheets) < 2:
        raise UsageError("agreement needs the sheets of at least two coders.")
    codebook, codings = _codebook(args), []
    for path in args.sheets:
        coding, problems = read_codings(path, codebook=codebook)
        _refuse(path, problems)
        codings.append(coding)
    found = agreement(codings, codebook=codebook)
    lines = [
        f"{found.measure}, {len(found.coders)} coders, {found.n} recommendations: mean kappa {found.mean_kappa:.2f}"
    ]
    lines += [found.themes.round(2).to_string(index=False), f"{len(found.disagreements)} disagreements"]
    result: dict[str, object] = {
        "measure": found.measure,
        "coders": list(found.coders),
        "recommendations": found.n,
        "mean_kappa": None if isnan(found.mean_kappa) else found.mean_kappa,
        "themes": records(found.themes),
        "disagreements": len(found.disagreements),
    }
    if args.settle:
        settle = str(export_settlement(codings, args.settle, codebook=codebook))
        result["settle"] = settle
        lines.append(settle)
    answer(args.json, result, "\n".join(lines))
    return 1 if len(found.disagreements) else 0


def _refuse(path: str, problems: list) -> None:
    """Raise with each problem of a sheet on a line of its own; nothing has been taken."""
    if problems:
        lines = [f"row {one.row}, {one.column}: saw {one.seen!r}. {one.advice}" for one in problems]
        raise InputError(
            f"{path} was not taken, because of {len(lines)} problem{'s' * (len(lines) > 1)}:\n" + "\n".join(lines)
        )


def _check(args: argparse.Namespace) -> int:
    import pandas as pd

    from dhr_analytics.themes.check import UNUSED, check_codebook, told
    from dhr_analytics.themes.model import read_training
    from dhr_analytics.themes.texts import read_texts

    texts = pd.concat(read_texts(args.texts)) if args.texts else pd.DataFrame(read_training())
    found = check_codebook(_codebook(args), texts)
    answer(args.json, {"texts": len(texts), "findings": records(found)}, "\n".join(told(found)))
    return 1 if (found["problem"] != UNUSED).any() else 0


def _evaluate_ingest(args: argparse.Namespace) -> int:
    from dhr_analytics.evaluate import evaluate_ingest

    figures, misses = evaluate_ingest(args.gold, args.package)
    lines = [*(misses if args.misses else []), *(f"{name:20s} {value}" for name, value in figures.items())]
    answer(args.json, {**figures, "misses": misses} if args.misses else dict(figures), "\n".join(lines))
    return 0


def _evaluate_themes(args: argparse.Namespace) -> int:
    from dhr_analytics.themes.evaluate import evaluate_themes

    tell("training once for each review left out; this takes about a minute")
    found = evaluate_themes(args.gold, _codebook(args))
    answer(args.json, {"figures": records(found)}, found.to_string(index=False))
    return 0
