"""Counts how many ways lead through each function, and lists those with too many.

    python benchmarks/complexity.py [paths] [--over 10]

A function counts 1, and 1 more for each if, for, while, ternary, except, assert, case, comprehension, condition of a
comprehension, and each `and` and `or`. A function inside another one counts by itself.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.IfExp, ast.ExceptHandler, ast.Assert, ast.match_case)


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """Give the nodes of a function without those of the functions inside it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            waiting += ast.iter_child_nodes(node)


def complexity(function: ast.AST) -> int:
    """Return the count of one function."""
    total = 1
    for node in _own(function):
        if isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            total += 1 + len(node.ifs)
        total += isinstance(node, _BRANCHES)
    return total


def functions(source: str) -> list[tuple[int, str, int]]:
    """List line, name and count of each function of a source text."""
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, _FUNCTIONS))
    return [(node.lineno, node.name, complexity(node)) for node in nodes]


def main() -> None:
    parser = argparse.ArgumentParser(description="Lists functions with too many ways through them.")
    parser.add_argument("paths", nargs="*", type=Path, default=[Path("dhr_analytics")])
    parser.add_argument("--over", type=int, default=10, metavar="N")
    options = parser.parse_args()
    files = sorted(f for path in options.paths for f in ([path] if path.is_file() else path.rglob("*.py")))
    found, lines, joints = [], 0, 0
    for file in files:
        source = file.read_text(encoding="utf-8")
        lines += len(source.splitlines())
        joints += sum(len(node.values) - 1 for node in ast.walk(ast.parse(source)) if isinstance(node, ast.BoolOp))
        found += [(count, file, line, name) for line, name, count in functions(source)]
    over = sorted((each for each in found if each[0] > options.over), key=lambda each: (-each[0], each[1:]))
    for count, file, line, name in over:
        print(f"{count:4} {file}:{line} {name}")
    n, mean = len(found), sum(each[0] for each in found) / max(1, len(found))
    print(f"{n} functions in {lines:,} lines: mean {mean:.1f}, {len(over)} over {options.over} ", end="")
    print(f"({len(over) / max(1, n):.1%}), {1000 * joints / max(1, lines):.0f} and/or per 1,000 lines")


if __name__ == "__main__":
    main()
