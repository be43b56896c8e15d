"""A judge of pictures that asks a model of your own over HTTP."""

import base64
import io
import os
from typing import Any

import requests

from AIGCLibrary.files.reading.judging import JudgeAnswer, JudgeQuestion

LONGEST_SIDE = 768
"""Pixels of the pictures that are sent."""


class HttpJudge:
    """Posts `{"demand": …, "frames": [{"at": …, "jpeg": base64}]}`; expects `{"holds": …, "reason": …, "at": …}`.

    The address is in the environment variable `AIGC_JUDGE_URL`. What goes wrong is raised: the file is then reported as
    not judged, with the reason.
    """

    def judge(self, question: JudgeQuestion) -> JudgeAnswer:
        """Ask the model."""
        body = {"demand": question.demand, "frames": [self._frame(shot) for shot in question.shots]}
        response = requests.post(os.environ["AIGC_JUDGE_URL"], json=body, timeout=60)
        response.raise_for_status()
        answer = response.json()
        return JudgeAnswer(answer["holds"], str(answer.get("reason") or ""), answer.get("at"))

    @staticmethod
    def _frame(shot: Any) -> dict[str, Any]:
        picture = shot.picture.copy()
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=85)
        return {"at": shot.at, "jpeg": base64.b64encode(target.getvalue()).decode()}
