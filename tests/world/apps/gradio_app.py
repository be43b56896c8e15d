"""A small studio on Gradio: pictures, a gallery, a film; the prompt decides what becomes of it."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gradio as gr
from PIL import Image


def picture(prompt, seconds, progress=gr.Progress()):  # noqa: B008 - how Gradio finds it
    if not prompt.strip():
        raise gr.Error("The prompt is empty")
    if "nsfw" in prompt:
        raise gr.Error("NSFW content detected")
    if "crash" in prompt:
        raise RuntimeError("CUDA out of memory")
    steps = max(1, int(seconds * 4))
    for step in range(steps):
        time.sleep(0.25)
        progress((step + 1) / steps)
    return Image.new("RGB", (64, 48), (60, 90, 160)), {"prompt": prompt}


def gallery(prompt, count):
    return [(Image.new("RGB", (32, 32), (40 * number, 90, 160)), prompt) for number in range(int(count))]


def film(prompt):
    made = Path(tempfile.mkdtemp()) / "film.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:duration=1")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, "-pix_fmt", "yuv420p", str(made)], check=True)
    return str(made), {"prompt": prompt}


with gr.Blocks() as demo:
    prompt, seconds, count = gr.Textbox(), gr.Number(value=1), gr.Number(value=2)
    image, about, pictures = gr.Image(format="png"), gr.JSON(), gr.Gallery()
    go, many, shoot = gr.Button("Generate"), gr.Button("Batch"), gr.Button("Film")
    video = gr.Video()
    go.click(picture, [prompt, seconds], [image, about], api_name="generate")
    many.click(gallery, [prompt, count], [pictures], api_name="batch")
    shoot.click(film, [prompt], [video, about], api_name="film")
demo.queue(default_concurrency_limit=1, max_size=3)
if __name__ == "__main__":
    demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), show_error=True, share=False)
