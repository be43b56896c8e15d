"""A BentoML service with tasks that take some seconds."""

from __future__ import annotations

import time
from typing import Annotated

import bentoml
from PIL import Image as Pictures
from pydantic import Field


@bentoml.service(workers=1, threads=1, traffic={"timeout": 20})
class Toy:
    @bentoml.task
    def image(self, prompt: Annotated[str, Field(min_length=1)], seconds: float = 1.0) -> Pictures.Image:
        time.sleep(seconds)
        if "crash" in prompt:
            raise RuntimeError("CUDA out of memory")
        return Pictures.new("RGB", (64, 48), (40, 80, 160))

    @bentoml.task
    def facts(self, prompt: str, seconds: float = 1.0) -> dict:
        time.sleep(seconds)
        return {"prompt": prompt, "frames": 48}
