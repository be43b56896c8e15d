"""The dashboard tested with our own library: targets, tiers, objectives, in Browser."""

import pytest

from tests.support.chrome import CHROME

pytestmark = pytest.mark.skipif(CHROME is None, reason="no Chrome, Chromium or Edge; AIGC_BROWSER names one")

LOCATORS = """
targets:
  run_select:
    gold: run-select
  language_button:
    gold: language
    silver: {role: button, name: 中文}
"""
SUITE = """
*** Settings ***
Library    Browser
Library    AIGCLibrary    locators=locators.yaml

*** Test Cases ***
The Dashboard Shows This Very Run
    FOR    ${{i}}    IN RANGE    30
        Record Metric    file_processing.success    1
    END
    ${{url}} =    Start Monitoring
    New Browser    chromium    headless=True    executablePath={chrome}    args=["--no-sandbox"]
    New Page    ${{url}}
    Wait For Elements State    css=[data-slo="file_processing.success_rate"]    visible    timeout=60s
    Get Text    css=[data-slo="file_processing.success_rate"] .verdict    ==    unproven
    Click Target    language_button
    Wait For Elements State    css=[data-slo="file_processing.success_rate"] .verdict >> text=样本不足    visible
    Wait For Elements State    css=[data-slo="locator.gold_hit_rate"]    visible    timeout=60s
    Stop Monitoring
"""


def test_the_dashboard_is_driven_by_our_own_keywords(robot, tmp_path):
    (tmp_path / "locators.yaml").write_text(LOCATORS, encoding="utf-8")
    run = robot(SUITE.format(chrome=CHROME), timeout=900)
    assert run.code == 0, run.console
