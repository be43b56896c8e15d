"""What a product says went wrong, with the details beside it: which input, which node, which support code."""

import pytest

from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.reasons import sentence, with_details

GENERIC = Providers().reader("generic", None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": "1 validation error for Input", "detail": [{"loc": ["prompt"], "msg": "Field required"}]},
            "1 validation error for Input (prompt: Field required)",
        ),
        (
            {"error": "Validation of body failed", "issues": [{"path": ["promptText"], "message": "Too long"}]},
            "Validation of body failed (promptText: Too long)",
        ),
        (
            {"code": 400, "message": "参数错误", "errors": [{"field": "duration", "defaultMessage": "只能是 5 或 10"}]},
            "duration: 只能是 5 或 10",
        ),
        (
            {"error": {"type": "invalid_prompt", "message": "Prompt outputs failed validation"},
             "node_errors": {"7": {"errors": [{"message": "Value not in list", "details": "ckpt_name"}]}}},
            "Prompt outputs failed validation (7: Value not in list)",
        ),
        ({"error": {"code": 3, "message": "blocked", "details": "Support codes: 58061214"}},
         "blocked (Support codes: 58061214)"),
        ({"error": "too long", "detail": "too long"}, "too long"),
        ({"message": "bad size", "details": []}, "bad size"),
        ({"message": "bad size", "detail": "ok"}, "bad size"),
        ({"message": "oops", "detail": "Traceback (most recent call last): …"}, "oops"),
        ({"detail": [{"loc": ["body", "n"], "msg": "must be an integer"}]}, "n: must be an integer"),
    ],
)  # fmt: skip
def test_details_stand_in_parentheses_behind_the_message(body, words):
    assert GENERIC.failure({"body": body}, 400).message == words


def test_details_are_limited():
    body = {"message": "bad", "errors": [{"message": f"{n}: " + "x" * 90} for n in range(9)]}
    assert len(with_details("bad", body)) < 310


def test_a_message_without_a_place_is_itself():
    assert sentence({"message": "too dark", "name": ""}) == "too dark"
