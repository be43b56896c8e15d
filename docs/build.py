"""Builds the documentation: `python docs/build.py [FOLDER]` writes the site, by default into `site/`.

The pages of `docs/` in English and Chinese, and the reference that is generated from the code: keywords, settings,
error codes, YAML formats, commands, metrics, events. Nothing generated is committed. Code blocks are checked before,
links and anchors while the site is built; it needs no network, and works when its `index.html` is opened as a file.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from sitegen import checks, reference, search, staging  # noqa: E402
from sitegen.commands import parsers  # noqa: E402, F401 - used by the tests
from sitegen.formats import schemas  # noqa: E402, F401
from sitegen.reference import build  # noqa: E402, F401


def site(folder: Path) -> None:
    """Build the site into a folder.

    Raises:
        SystemExit: A link, an anchor or a page is broken; the messages name it.
    """
    try:
        from mkdocs.commands.build import build as build_site
        from mkdocs.config import load_config
        from mkdocs.exceptions import Abort
    except ImportError:
        raise SystemExit("The site needs more packages: pip install '.[docs]'") from None

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    with contextlib.suppress(ImportError):
        import jieba  # divides Chinese into words for the search

        jieba.setLogLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as staged:
        staging.stage(Path(staged))
        config = load_config(
            str(ROOT / "docs" / "mkdocs.yml"), docs_dir=staged, site_dir=str(folder.resolve()), strict=True
        )
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build_site(config)
        except Abort as error:
            raise SystemExit(str(error)) from None
        finally:
            config.plugins.on_shutdown()
    search.divide(folder)


def main(arguments: list[str]) -> int:
    """Check the pages and build the site, or write the reference alone."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="folder to write to; default: site")
    parser.add_argument("--reference", action="store_true", help="write only the generated pages, as Markdown")
    parser.add_argument("--check", action="store_true", help="check the code blocks only")
    args = parser.parse_args(arguments)
    if args.reference:
        for page in reference.build(args.folder or ROOT / "docs" / "reference"):
            print(page)
        return 0
    problems = checks.all_problems()
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems or args.check:
        return 1 if problems else 0
    folder = args.folder or ROOT / "site"
    site(folder)
    print(folder / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
