"""A BentoML service with tasks that take some seconds."""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path
from typing import Annotated

import bentoml
from bentoml.validators import ContentType
from PIL import Image as Pictures
from pydantic import Field


def film(folder: Path) -> Path:
    made = folder / "film.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=1")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, "-pix_fmt", "yuv420p", str(made)], check=True)
    return made


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

    @bentoml.task
    def video(self, ctx: bentoml.Context, prompt: str) -> Annotated[Path, ContentType("video/mp4")]:
        return film(Path(ctx.temp_dir))  # this release cannot store a path: the task stays "in_progress"

    @bentoml.task
    def clip(self, prompt: str) -> Annotated[bytes, ContentType("video/mp4")]:
        return film(Path(tempfile.mkdtemp())).read_bytes()
