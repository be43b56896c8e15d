"""It failed: what was tried, what is the likely cause, what exactly should be changed.

failure.py      one failure as evidence: from our errors, or from the message of any other keyword
triage.py       evidence → cause
strategy.py     what a recovery strategy is; strategies/ holds the built-in ones
table.py        which strategies belong to which cause (YAML)
suggester.py    AutoFixSuggester: failure → ranked suggestions
manager.py      ErrorRecoveryManager: retry what is safe, escalate, suggest
service.py      `engine.recovery`: collects evidence during a test, concludes at its end
render.py       suggestions as HTML for Robot's log
"""

from AIGCLibrary.recovery.model import Applicability, Cause, Edit, Suggestion

__all__ = ["Applicability", "Cause", "Edit", "Suggestion"]
