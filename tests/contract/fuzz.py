"""Holds a running platform to contract/openapi.yaml with schemathesis, as each role, and says what disagreed.

Every role has a server of its own with a market of its own, so that what one run breaks another does not meet.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

import dictionaries
from market import ROLES, Market
from sign_in import SignIn

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent.parent / "contract" / "openapi.yaml"


@dataclass
class Run:
    """What one role's run left behind."""

    role: str
    code: int
    seconds: float
    log: Path
    survived: bool
    # Requests by operation and status, and who failed which check.
    answers: Counter[tuple[str, str]]
    failed: Counter[tuple[str, str]]


def fuzz(role: str, options: argparse.Namespace, contract: dict) -> Run:
    """Runs the fuzzer once, as `role`."""
    log, report, config = (options.out / f"{role}{suffix}" for suffix in (".log", ".ndjson", ".toml"))
    started = time.monotonic()
    with Market(options.platform, options.out / f"{role}-platform.log") as market:
        token = SignIn(market.url, *ROLES[role]).token()
        dictionaries.write(HERE / "schemathesis.toml", config, contract, market.url, token)
        command = [str(Path(sys.executable).parent / "st"), "--config-file", str(config), "run", str(CONTRACT)]
        command += ["--url", market.url, "--max-examples", str(options.examples), "--no-color"]
        command += ["--report", "ndjson", "--report-ndjson-path", str(report)]
        for name in options.only or []:
            command += ["--include-operation-id", name]
        command += ["--phases", ",".join(phases(role, options))]
        if options.seed is not None:
            command += ["--seed", str(options.seed)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PRESTA_URL": market.url,
            "PRESTA_ROLE": role,
        }
        with log.open("wb") as output:
            # Hypothesis keeps its examples in the working folder.
            code = subprocess.run(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=options.out, check=False
            ).returncode
        survived = market.is_up()
    answers, failed = count(report)
    return Run(role, code, time.monotonic() - started, log, survived, answers, failed)


def phases(role: str, options: argparse.Namespace) -> list[str]:
    """Every phase, unless told otherwise. The coverage of shapes is the same for everyone, and half of a short run."""
    wanted = options.phases.split(",")
    if options.quick and role != "both":
        wanted = [phase for phase in wanted if phase != "coverage"]
    return wanted


def count(report: Path) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Reads the fuzzer's events; the file is large and goes when it was read."""
    answers: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    if not report.exists():
        return answers, failed
    with report.open() as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            recorder = scenario and scenario["recorder"]
            if not recorder:
                continue
            for name, interaction in recorder.get("interactions", {}).items():
                operation = operation_of(recorder, name)
                response = interaction.get("response")
                answers[operation, str(response["status_code"]) if response else "none"] += 1
            for name, checks in recorder.get("checks", {}).items():
                for check in checks:
                    if check["status"] != "success":
                        failed[operation_of(recorder, name), check["name"]] += 1
    report.unlink()
    return answers, failed


def operation_of(recorder: dict, name: str) -> str:
    """What the request called `name` was made for: a scenario of one operation, or a chain of several."""
    label = recorder["label"]
    if re.match(r"[A-Z]+ /", label):
        return label
    case = recorder["cases"][name]["value"]
    return f"{case['method']} {case['path']}"


def table(contract: dict, runs: list[Run]) -> str:
    """Per operation: how it answered, and which checks failed as whom."""
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    failed: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        for (operation, status), n in run.answers.items():
            answers[operation][status] += n
        for (operation, check), n in run.failed.items():
            failed[operation][check].append(f"{run.role} {n}")
    width = max((len(name) for name in answers), default=9)
    lines = [f"{'operation':<{width}}  {'requests':>8}  {'2xx/3xx':>8}  {'4xx':>6}  {'5xx':>4}  checks that failed"]
    for path, item in contract["paths"].items():
        for method in item:
            name = f"{method.upper()} {path}"
            statuses = answers.get(name)
            if not statuses:
                continue
            kinds: Counter[str] = Counter()
            for status, n in statuses.items():
                kinds[status[0]] += n
            faults = [f"{check} ({', '.join(sorted(who))})" for check, who in sorted(failed[name].items())]
            lines.append(
                f"{name:<{width}}  {sum(kinds.values()):>8}  {kinds['2'] + kinds['3']:>8}  {kinds['4']:>6}"
                f"  {kinds['5']:>4}  {'; '.join(faults) or '-'}"
            )
    return "\n".join(lines)


def unreached(contract: dict, runs: list[Run]) -> list[str]:
    """Operations that never succeeded for anyone: of those the run says little."""
    reached = {operation for run in runs for operation, status in run.answers if status[0] in "23"}
    names = [f"{method.upper()} {path}" for path, item in contract["paths"].items() for method in item]
    return [name for name in names if name not in reached]


def failures(run: Run) -> str:
    """The part of the log that says what failed and how to repeat it."""
    text = run.log.read_text(errors="replace")
    found = re.search(r"^=+ (?:FAILURES|ERRORS) =+$.*?(?=^=+ (?:WARNINGS|SUMMARY) =+$)", text, re.MULTILINE | re.DOTALL)
    return found.group(0) if found else text[-6000:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--platform", type=Path, required=True, help="the presta-platform binary")
    parser.add_argument("--out", type=Path, required=True, help="folder of logs and counts")
    parser.add_argument("--examples", type=int, default=5, help="fuzzed requests of each operation and role")
    parser.add_argument("--roles", default=",".join(ROLES), help="some of: " + ", ".join(ROLES))
    parser.add_argument("--only", action="append", metavar="OPERATION_ID", help="only this operation; may be repeated")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful", help="some of: %(default)s")
    parser.add_argument("--quick", action="store_true", help="the coverage phase as one role alone")
    parser.add_argument("--seed", type=int, help="other requests than those of the configuration")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    contract = yaml.safe_load(CONTRACT.read_text())
    roles = options.roles.split(",")
    # A run keeps about one core busy, its platform the other.
    with ThreadPoolExecutor(max_workers=2) as pool:
        runs = list(pool.map(lambda role: fuzz(role, options, contract), roles))
    for run in runs:
        if run.code != 0 or not run.survived:
            print(f"\n──── {run.role} ────\n{failures(run)}")
    print(table(contract, runs))
    if disagreements := [f"{run.role}: {name}: {check} ({n})" for run in runs for (name, check), n in run.failed.items()]:
        print("\nWhere platform and contract disagree:\n" + "\n".join(sorted(disagreements)))
    if not options.only and (names := unreached(contract, runs)):
        print(f"\nNever answered with success, so hardly tried: {', '.join(names)}")
    print()
    for run in runs:
        total = sum(run.answers.values())
        fate = "" if run.survived else ", the platform ended"
        print(f"{run.role}: {total} requests, {run.seconds:.0f} s, {'held' if run.code == 0 else 'FAILED'}{fate}, {run.log}")
    return 0 if all(run.code == 0 and run.survived and run.answers for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
