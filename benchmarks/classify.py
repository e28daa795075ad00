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


def cold_start() -> float:
    """Seconds for 100 texts in a new process, imports included, with the model in the cache."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "texts.csv"
        texts(100).to_csv(given, index=False)
        command = [sys.executable, "-m", "dhr_analytics", "classify", "--texts", given, "--out", Path(folder) / "o.csv"]
        start = time.perf_counter()
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
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
    print(f"speed: {args.texts / taken:,.0f} recommendations/s ({args.texts:,} texts, {rows:,} themes)")
    start = time.perf_counter()
    tokenize = spacy.blank("en").make_doc
    for text in given["text"]:
        tokenize(text)
    print(f"ratio: {taken / (time.perf_counter() - start):.1f} times as long as spaCy's tokenizer alone takes for them")
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import pandas, spacy"], check=True)
    print(f"import of pandas and spaCy alone: {time.perf_counter() - start:.2f} s")
    print(f"cold start: {min(cold_start() for _ in range(3)):.2f} s for 100 texts (best of 3)")
    if args.stream:
        start = time.perf_counter()
        rows = sum(len(coded) for _, coded in code_stream(frames(args.stream), codebook))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken = time.perf_counter() - start
        print(f"stream: {args.stream:,} texts, {rows:,} themes, {taken:,.0f} s, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
