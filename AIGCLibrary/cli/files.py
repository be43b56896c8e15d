"""`aigc files`: check files and URLs against rules, from the command line."""

import argparse

from AIGCLibrary.cli.project import add_config, add_language

NAME = "files"
HELP = "Check files and URLs against rules, or list the rules"
EXITS = {0: "every file was accepted", 1: "at least one file was rejected"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="Check files and URLs", description="Check files and URLs")
    check.add_argument("sources", nargs="+", metavar="PATH_OR_URL", help="files or addresses")
    check.add_argument(
        "--rules", metavar="FILE|NAME", help="rule file (FILE#NAME for one of several sets) or built-in set"
    )
    check.add_argument("--load", action="append", default=[], metavar="PATH", help="more rule files or folders")
    check.add_argument("--max-size", default="500MB", help="largest file, for example 2GB (default: 500MB)")
    check.add_argument("--header", action="append", default=[], metavar="NAME: VALUE", help="sent with requests")
    check.add_argument("--insecure", action="store_true", help="do not check certificates")
    check.add_argument("--extract-to", metavar="DIR", help="unpack accepted archives there")
    check.add_argument("--keep", action="store_true", help="keep downloaded files")
    check.add_argument("--workers", type=int, default=4, help="files at the same time (default: 4)")
    check.add_argument("--json", action="store_true", help="print the reports as JSON (schema file_report)")
    check.add_argument(
        "--law", choices=("cn", "eu", "ca"), help="also check the labels that a law demands: cn GB 45438-2025, "
        "eu AI Act art. 50, ca California 22757.3",
    )  # fmt: skip
    check.add_argument("--sarif", metavar="FILE", help="write the findings as SARIF 2.1.0")
    check.add_argument("--html", metavar="FILE", help="write the reports as an HTML page")
    add_config(check)
    add_language(check)
    rules = actions.add_parser("rules", help="List the built-in rule sets, and which rule finds what people notice")
    rules.add_argument("--json", action="store_true", help="print JSON for a machine")
    add_language(rules)


def run(args: argparse.Namespace) -> int:
    """Do what was asked and return the exit code."""
    if args.action == "rules":
        from AIGCLibrary.cli.terminal import language

        return _rules(language(args.language), as_json=args.json)
    from AIGCLibrary.cli.files_check import check

    return check(args)


def _rules(chosen: str, *, as_json: bool) -> int:
    import yaml

    from AIGCLibrary.files.rules import RuleBook
    from AIGCLibrary.files.symptoms import symptom_lines

    book = RuleBook()
    if as_json:
        from AIGCLibrary.cli.terminal import print_json

        sets = {name: dict(book.get(name).data) for name in book.names()}
        print_json({"rules": sets, "symptoms": symptom_lines(chosen)})
        return 0
    for name in book.names():
        print(yaml.safe_dump({name: dict(book.get(name).data)}, allow_unicode=True, sort_keys=False), end="\n")
    print("# What a person notices, and the rule that finds it")
    print("\n".join(f"#   {line}" for line in symptom_lines(chosen)))
    return 0
