"""Pages of a generating product built with Gradio, each element under its own `elem_id`.

`tests/bench/relocate_pairs.py` runs this program with the interpreters of two Gradio versions:
`python gradio_pages.py PORT` serves each page on its own port from PORT on.
The pages are the same; what differs is the front end.
"""

import sys

import gradio as gr


def picture():
    """Text to picture: twin prompts, sliders, choices."""
    with gr.Blocks(title="Picture") as page:
        gr.Markdown("# Picture studio")
        with gr.Row():
            with gr.Column():
                gr.Textbox(label="Prompt", placeholder="Describe the picture", lines=3, elem_id="k-prompt")
                gr.Textbox(label="Negative prompt", lines=2, elem_id="k-negative")
                with gr.Row():
                    gr.Dropdown(["Photo", "Anime", "Oil"], label="Style", value="Photo", elem_id="k-style")
                    gr.Dropdown(["1:1", "16:9", "9:16"], label="Aspect ratio", value="1:1", elem_id="k-ratio")
                gr.Slider(1, 50, value=20, step=1, label="Steps", elem_id="k-steps")
                gr.Slider(1, 20, value=7, label="Guidance", elem_id="k-guidance")
                gr.Number(label="Seed", value=1, elem_id="k-seed")
                gr.Checkbox(label="Random seed", elem_id="k-random")
                with gr.Row():
                    gr.Button("Generate", variant="primary", elem_id="k-generate")
                    gr.Button("Stop", variant="stop", elem_id="k-stop")
                    gr.Button("Clear", elem_id="k-clear")
            with gr.Column():
                gr.Image(label="Reference", elem_id="k-reference")
                gr.Radio(["png", "jpeg"], label="Format", value="png", elem_id="k-format")
                gr.Textbox(label="File name", value="picture", elem_id="k-file")
                with gr.Row():
                    gr.Button("Save", elem_id="k-save")
                    gr.Button("Upscale", elem_id="k-upscale")
                    gr.Button("Vary", elem_id="k-vary")
    return page


def chat():
    """A conversation with its settings."""
    with gr.Blocks(title="Chat") as page:
        gr.Markdown("# 对话")
        gr.Chatbot(label="对话", elem_id="k-talk")
        with gr.Row():
            gr.Textbox(label="消息", placeholder="输入消息", elem_id="k-message")
            gr.Button("发送", variant="primary", elem_id="k-send")
        with gr.Row():
            gr.Button("重试", elem_id="k-retry")
            gr.Button("撤销", elem_id="k-undo")
            gr.Button("清空", elem_id="k-empty")
        with gr.Accordion("设置", open=True, elem_id="k-settings"):
            gr.Textbox(label="系统提示词", lines=2, elem_id="k-system")
            gr.Slider(0, 2, value=1, label="温度", elem_id="k-temperature")
            gr.Slider(0, 1, value=1, label="Top P", elem_id="k-top-p")
            gr.Slider(16, 4096, value=512, step=16, label="最大长度", elem_id="k-length")
            gr.Dropdown(["small", "large"], label="模型", value="small", elem_id="k-model")
            gr.Checkbox(label="流式输出", value=True, elem_id="k-stream")
    return page


def speech():
    """Text to speech in tabs, with a table and files."""
    with gr.Blocks(title="Speech") as page:
        gr.Markdown("# Speech")
        with gr.Tabs():
            with gr.Tab("Speak", elem_id="k-tab-speak"):
                gr.Textbox(label="Text", lines=4, elem_id="k-text")
                with gr.Row():
                    gr.Dropdown(["Ann", "Ben"], label="Voice", value="Ann", elem_id="k-voice")
                    gr.Dropdown(["en", "zh"], label="Language", value="en", elem_id="k-language")
                gr.Slider(0.5, 2, value=1, label="Speed", elem_id="k-speed")
                gr.Slider(-12, 12, value=0, step=1, label="Pitch", elem_id="k-pitch")
                gr.CheckboxGroup(["breath", "pause"], label="Effects", elem_id="k-effects")
                gr.Number(label="Takes", value=1, elem_id="k-takes")
                gr.Textbox(label="Password", type="password", elem_id="k-password")
                gr.File(label="Script file", elem_id="k-script")
                with gr.Row():
                    gr.Button("Speak", variant="primary", elem_id="k-speak")
                    gr.Button("Preview", elem_id="k-preview")
                    gr.DownloadButton("Download", elem_id="k-download")
            with gr.Tab("History", elem_id="k-tab-history"):
                gr.Dataframe(headers=["text", "voice"], elem_id="k-table")
    return page


if __name__ == "__main__":
    first = int(sys.argv[1])
    for number, build in enumerate((picture, chat, speech)):
        build().launch(server_name="127.0.0.1", server_port=first + number, prevent_thread_lock=True, quiet=True)
    print("ready", flush=True)
    sys.stdin.read()
