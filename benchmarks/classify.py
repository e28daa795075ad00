"""Speed, cold start and memory of the theme coding: `python benchmarks/classify.py --stream 1000000`."""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import spacy

from dhr_analytics.processes import processors
from dhr_analytics.themes.codebook import Codebook
from dhr_analytics.themes.coding import code_stream, code_texts
from dhr_analytics.themes.model import load_model, read_training

CHUNK = 10_000


def texts(n: int, start: int = 0) -> pd.DataFrame:
    """Training texts over and over, each with a number in it so that no two are the same."""
    rows = read_training()
    wording = [f"{rows[i % len(rows)]['text']} Reference {i}." for i in range(start, start + n)]
    return pd.DataFrame({"id": range(start, start + n), "text": wording})


def frames(n: int) -> Iterator[pd.DataFrame]:
    for start in range(0, n, CHUNK):
        yield texts(min(CHUNK, n - start), start)


def classify(n: int, jobs: int | None = None) -> float:
    """Seconds of `dhr classify --texts` for so many texts in a new process, with the model in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "texts.csv"
        texts(n).to_csv(given, index=False)
        command = [sys.executable, "-m", "dhr_analytics", "classify", "--texts", given, "--out", Path(folder) / "o.csv"]
        command += ["--jobs", jobs] if jobs else []
        start = time.perf_counter()
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=40_000)
    parser.add_argument("--stream", type=int, default=0, help="texts to stream, for the memory figure")
    args = parser.parse_args()
    codebook = Codebook.load()
    start = time.perf_counter()
    load_model(codebook)
    code_texts(texts(10), codebook)
    print(f"load: {time.perf_counter() - start:.2f} s")
    given = texts(args.texts)
    start = time.perf_counter()
    rows = len(code_texts(given, codebook))
    taken = time.perf_counter() - start
    print(f"code_texts: {args.texts / taken:,.0f} texts/s in one process ({args.texts:,} texts, {rows:,} themes)")
    start = time.perf_counter()
    tokenize = spacy.blank("en").make_doc
    for text in given["text"]:
        tokenize(text)
    print(f"ratio: {taken / (time.perf_counter() - start):.1f} times as long as spaCy's tokenizer alone takes for them")
    cold = min(classify(100) for _ in range(3))
    print(f"dhr classify, cold start: {cold:.2f} s for 100 texts (best of 3)")
    for jobs in (1, None):
        speed = (args.texts - 100) / (classify(args.texts, jobs) - cold)
        said = jobs or f"{min(processors(), 8)} (default here)"
        print(f"dhr classify, once loaded: {speed:,.0f} texts/s, --jobs {said}")
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pandas"], check=True)
    print(f"import of pandas alone: {time.perf_counter() - start:.2f} s")
    if args.stream:
        start = time.perf_counter()
        rows = sum(len(coded) for _, coded in code_stream(frames(args.stream), codebook))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken = time.perf_counter() - start
        print(f"stream: {args.stream:,} texts, {rows:,} themes, {taken:,.0f} s, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
