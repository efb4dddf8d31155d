"""The command line's words: commands, options, help, and suggestions for what is misspelt."""

from __future__ import annotations

import argparse
import difflib
import math
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

from opendome._version import __version__
from opendome.views.cli.wording import (
    ASSIGN,
    ASSIGN_EXAMPLES,
    CATALOG,
    CATALOG_EXAMPLES,
    CHECK,
    CHECK_EXAMPLES,
    COMPARE,
    COMPARE_EXAMPLES,
    COPY,
    COPY_EXAMPLES,
    COST,
    COST_EXAMPLES,
    PROGRAM,
    PROGRAM_EXAMPLES,
    REPORT,
    REPORT_EXAMPLES,
    RUN,
    RUN_EXAMPLES,
    SET_HELP,
    STUDY,
    STUDY_EXAMPLES,
    SWEEP,
    SWEEP_EXAMPLES,
    WARMUP,
)

DESIGNS = Path(__file__).parents[2] / "scenario" / "designs"
SHIPPED = Path(__file__).parents[2] / "scenario" / "shipped"  # listed without loading its reader
STUDIES = {  # name -> what it answers; listed without loading them
    "sbi_sizing": "satellites and dollars of a boost-phase layer in orbit",
    "coverage": "the ground that a battery defends, and what a sensor sees",
    "cost_exchange": "what stopping one more threat costs beside the threat, at equal leakage",
    "penetration": "warheads that get through after a first strike, and what more of either costs",
    "compare_architectures": "several defenses against several raids: leakage, bill, the front",
    "integration": "what it buys to join batteries: stovepiped, hub, integrated",
    "policies": "who shoots at what: rules and plans under each wiring, run by run",
    "saturation": "what a growing raid does to two layers, and where leakage bends",
    "inventory": "a campaign of raids over weeks: when does a defense run dry?",
    "shot_doctrine": "rounds at each warhead: salvos, looks, stocks, shared failures",
}
MAX_RUNS = 10_000_000
MAX_WORKERS = 1024
MAX_SEED = 2**63 - 1


class Parser(argparse.ArgumentParser):
    """Parser whose complaints are one line with a suggestion."""

    def error(self, message: str) -> NoReturn:
        """Print one sentence and leave with exit code 2."""
        message = re.sub(r"^argument (\S+?)(?:/\S+)?: (?=is )", r"\1 ", message)
        message = re.sub(r"^argument (\S+?)(?:/\S+)?: ", r"\1: ", message)
        end = "" if message.endswith(("?", ".")) else "."
        self.exit(2, f"{self.prog}: {message}{end} More: {self.prog} --help\n")


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Arguments of one command; SystemExit after help, version, or a sentence of what is wrong."""
    parser, commands = build_parser()
    word = next((a for a in arguments if not a.startswith("-")), None)
    if word is None and not {"-h", "--help", "--version"} & set(arguments):
        if arguments:
            parser.error(_unknown(arguments[0], ["--help", "--version"], "options"))
        parser.print_help()
        parser.exit(2)
    if word is not None and word not in commands:
        parser.error(_unknown(word, commands, "commands"))
    given, rest = parser.parse_known_args(arguments)
    if rest:
        chosen = commands[given.command]
        options = [o for o in chosen._option_string_actions if o.startswith("--")]
        if rest[0].startswith("-"):
            chosen.error(_unknown(rest[0].split("=")[0], options, "options"))
        chosen.error(f"{rest[0]!r} is one word too many")
    return given


def build_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the program, and those of its commands."""
    parser = Parser(
        prog="opendome",
        description=PROGRAM,
        epilog=PROGRAM_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"opendome {__version__}")
    table = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands: dict[str, Parser] = {}

    def add(name: str, short: str, description: str, examples: str = "") -> Parser:
        commands[name] = table.add_parser(
            name,
            help=short,
            description=description,
            epilog=examples,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        return commands[name]

    _fill_run(add("run", "simulate a scenario many times", RUN, RUN_EXAMPLES))
    _fill_compare(add("compare", "simulate under several values, or several scenarios", COMPARE,
                      COMPARE_EXAMPLES))  # fmt: skip
    _fill_sweep(add("sweep", "simulate all cells of a design", SWEEP, SWEEP_EXAMPLES))
    check = add("check", "say whether a scenario can be run", CHECK, CHECK_EXAMPLES)
    _add_scenario(check)
    _add_json(check)
    copy = add("copy", "copy a shipped scenario to a file", COPY, COPY_EXAMPLES)
    copy.add_argument("name", metavar="NAME", help="name of a shipped scenario")
    copy.add_argument("file", metavar="FILE", help="the new file, such as my_raid.yaml")
    _add_json(copy)
    report = add("report", "write the report of a campaign again", REPORT, REPORT_EXAMPLES)
    report.add_argument("folder", metavar="DIR", help="folder of a campaign or a comparison")
    _add_json(report)
    catalog = add("catalog", "list the systems, or show one", CATALOG, CATALOG_EXAMPLES)
    catalog.add_argument(
        "--modelled", action="store_true", help="only the systems that a scenario can use"
    )
    catalog.add_argument("name", metavar="NAME", nargs="?", help="a system; without it, all")
    _add_json(catalog)
    _fill_cost(add("cost", "what the architecture costs", COST, COST_EXAMPLES))
    _fill_study(add("study", "answer a question", STUDY, STUDY_EXAMPLES))
    assign = add("assign", "give rounds to threats, with a proof", ASSIGN, ASSIGN_EXAMPLES)
    assign.add_argument("file", metavar="FILE", help="a problem, as text or JSON")
    assign.add_argument("--check", metavar="CERTIFICATE", help="check this certificate of FILE")
    assign.add_argument(
        "--out", metavar="DIR", help="folder to write to (default: runs/assign-FILE)"
    )
    assign.add_argument(
        "--seconds", metavar="S", type=_number(0.0, 1e9), default=math.inf,
        help="processor seconds after which the best so far is given, with its gap",
    )  # fmt: skip
    _add_json(assign)
    _add_json(add("warmup", "compile the kernels now", WARMUP))
    return parser, commands


def _fill_run(parser: Parser) -> None:
    _add_scenario(parser)
    _add_campaign(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="folder of the campaign (default: runs/NAME, or runs/NAME-2 ... if that holds "
        "something else)",
    )
    _add_json(parser)


def _fill_compare(parser: Parser) -> None:
    _add_scenario(parser, several="+")
    parser.add_argument(
        "--vary",
        metavar="KEY=V1,V2",
        help="key of the scenario and its values, such as command.wiring=integrated,stovepiped; "
        "the others are compared with the first",
    )
    _add_campaign(parser)
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="folder of the comparison (default: runs/NAME-by-KEY, or ...-2 if that holds "
        "something else)",
    )
    _add_json(parser)


def _fill_cost(parser: Parser) -> None:
    _add_scenario(parser)
    parser.add_argument(
        "--cost", metavar="KEY=VALUE", action="append", default=[], dest="costs",
        help="a price of the catalog's cost_account, such as ship.unit_usd=2e9; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--years", metavar="N", type=_number(0.1, 100), default=20.0, help="years (default: 20)"
    )
    parser.add_argument(
        "--dollars", metavar="YEAR", type=_whole(1900, 2200), default=2026,
        help="year whose dollars are meant, by the GDP deflator (default: 2026)",
    )  # fmt: skip
    parser.add_argument("--campaign", metavar="DIR", help="folder of runs that spent rounds")
    parser.add_argument(
        "--raids", metavar="N", type=_whole(1, 10**6), help="such raids in the period (default: 1)"
    )
    parser.add_argument("--elements", action="store_true", help="every element with its source")
    _add_json(parser)


def _fill_study(parser: Parser) -> None:
    parser.add_argument(
        "name", metavar="NAME", nargs="?",
        help=f"a study; without it, all: {', '.join(STUDIES)}",
    )  # fmt: skip
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="sets",
        help="an input of the study, such as salvo=10; may be given again",
    )
    parser.add_argument("--keys", action="store_true", help="list what can be set")
    parser.add_argument("--figure", metavar="FILE", help="write its figure there, SVG")
    _add_json(parser)


def _fill_sweep(parser: Parser) -> None:
    shipped = sorted(path.stem for path in DESIGNS.glob("*.yaml"))
    parser.add_argument(
        "design",
        metavar="DESIGN",
        help=f"a YAML file, or the name of a shipped design: {', '.join(shipped)}",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        help="folder of the sweep (default: runs/NAME, or runs/NAME-2 ... if that holds "
        "something else)",
    )
    _add_workers(parser)
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="compute on a Ray cluster: HOST:PORT of its head, auto, or local (extra: ray)",
    )
    parser.add_argument("--resume", action="store_true", help="only go on with a sweep in --out")
    _add_json(parser)


def _add_campaign(parser: Parser) -> None:
    parser.add_argument(
        "--runs", metavar="N", type=_whole(1, MAX_RUNS), default=100, help="runs (default: 100)"
    )
    parser.add_argument(
        "--seed",
        metavar="S",
        type=_whole(0, MAX_SEED),
        default=1,
        help="seed of all chance; the same seed gives the same result (default: 1)",
    )
    _add_workers(parser)


def _add_workers(parser: Parser) -> None:
    parser.add_argument(
        "--workers",
        metavar="W",
        type=_whole(1, MAX_WORKERS),
        help="processes, one core each (default: all cores); no result depends on it",
    )


def _add_scenario(parser: Parser, several: str | None = None) -> None:
    shipped = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        nargs=several,
        help=f"a YAML file, or the name of a shipped scenario: {', '.join(shipped)}",
    )
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="sets", help=SET_HELP
    )


def _add_json(parser: Parser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object to standard output, everything else to standard error",
    )


def _whole(low: int, high: int) -> Callable[[str], int]:
    """Reader of a whole number in a range."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"is {text[:40]!r}; a whole number from {low} to {high} is asked"
            )
        return value

    return read


def _number(low: float, high: float) -> Callable[[str], float]:
    """Reader of a number in a range."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = low - 1.0
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"is {text[:40]!r}; a number from {low:g} to {high:g} is asked"
            )
        return value

    return read


def _unknown(word: str, known: Iterable[str], kind: str) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"{word[:40]!r} is not known; {kind}: {', '.join(known)}.{hint}"
