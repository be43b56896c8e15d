"""A served Prefect deployment, one run at a time."""

import time

from prefect import flow


@flow(name="generate-video")
def generate_video(prompt: str = "sea", seconds: int = 1):
    for _ in range(seconds * 2):
        time.sleep(0.5)
    if "forbidden" in prompt:
        raise ValueError("content policy violation")
    return {"prompt": prompt}


if __name__ == "__main__":
    generate_video.serve(name="api", limit=1)
