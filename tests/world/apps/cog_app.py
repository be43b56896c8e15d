"""A model in Cog: pictures after some seconds; the prompt decides what becomes of it."""

import tempfile
import time
from pathlib import Path as Folder
from typing import List  # noqa: UP035 - Cog reads the annotations itself

from cog import BasePredictor, Input, Path
from PIL import Image


class Predictor(BasePredictor):
    def setup(self):
        self.made = 0

    def predict(
        self,
        prompt: str = Input(description="Prompt"),
        kind: str = Input(description="What to make", choices=["png", "webp"], default="png"),
        seconds: float = Input(ge=0, le=120, default=1.0),
        count: int = Input(ge=0, le=4, default=1),
    ) -> List[Path]:  # noqa: UP006
        steps = max(1, int(seconds * 4))
        for step in range(steps):
            time.sleep(0.25)
            print(f"{100 * (step + 1) // steps}%|###", flush=True)
            if "nsfw" in prompt:
                raise RuntimeError("NSFW content detected. Try another prompt.")
        folder, files = Folder(tempfile.mkdtemp()), []
        for number in range(count):
            file = folder / f"{number}.{kind}"
            Image.new("RGB", (64, 48), (40 * number, 80, 160)).save(file)
            files.append(Path(str(file)))
        return files
