"""Takes the pictures of the documentation from the demo: `python docs/screenshots.py`, in English and Chinese."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SUITE = """\
*** Settings ***
Library      Browser    timeout=20s
Variables    AIGCLibrary.cli.browser

*** Test Cases ***
Pictures
    New Browser    chromium    headless=True    executablePath=${BROWSER_PATH}    args=${BROWSER_ARGS}
    New Context    viewport={'width': 1180, 'height': 760}    colorScheme=light    deviceScaleFactor=1.5
    New Page    file://${RESULTS}/slo.html
    Sleep    1s
    Take Screenshot    ${IMAGE}
"""


def main() -> int:
    """Run the failing demo in both languages and photograph its report."""
    for language, name in (("en", "report"), ("zh-CN", "report.zh")):
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder) / "results"
            command = ["-m", "AIGCLibrary", "demo", "--broken", "--language", language, "--outputdir", str(results)]
            subprocess.run([sys.executable, *command], cwd=ROOT, check=False)  # noqa: S603 - its tests fail on purpose
            suite = Path(folder) / "pictures.robot"
            suite.write_text(SUITE, encoding="utf-8")
            options = ["--output", "NONE", "--log", "NONE", "--report", "NONE"]
            options += ["--variable", f"RESULTS:{results}", "--variable", f"IMAGE:{Path(folder) / 'picture'}"]
            subprocess.run([sys.executable, "-m", "robot", *options, str(suite)], cwd=ROOT, check=True)  # noqa: S603
            shutil.copyfile(Path(folder) / "picture.png", IMAGES / f"{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
