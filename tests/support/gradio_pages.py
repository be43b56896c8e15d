"""Pages of a generating product built with Gradio, each element under its own `elem_id`.

`tests/bench/relocate_pairs.py` runs this program with the interpreters of two Gradio versions:
`python gradio_pages.py PORT first` serves each page on its own port from PORT on. With `first` and `second` it draws
two editions of the product: in the second one its makers have renamed, moved and added things, as a release does.
"""

import sys

import gradio as gr

SECOND = sys.argv[2:] == ["second"]


def said(first, second):
    """Return what a text is in this edition."""
    return second if SECOND else first


def picture():
    """Text to picture: twin prompts, sliders, choices, a gallery."""
    with gr.Blocks(title="Picture") as page:
        gr.Markdown("# Picture studio")
        with gr.Row():
            with gr.Column():
                gr.Textbox(label="Prompt", placeholder="Describe the picture", lines=3, elem_id="k-prompt")
                gr.Textbox(label=said("Negative prompt", "Exclude from picture"), lines=2, elem_id="k-negative")
                if SECOND:
                    gr.Textbox(label="Prompt for the second pass", lines=2, elem_id="k-pass")
                with gr.Row():
                    gr.Dropdown(["Photo", "Anime", "Oil"], label="Style", value="Photo", elem_id="k-style")
                    gr.Dropdown(["1:1", "16:9", "9:16"], label="Aspect ratio", value="1:1", elem_id="k-ratio")
                gr.Slider(1, 50, value=20, step=1, label=said("Steps", "Sampling steps"), elem_id="k-steps")
                gr.Slider(1, 20, value=7, label=said("Guidance", "Guidance scale"), elem_id="k-guidance")
                gr.Slider(256, 1024, value=512, step=8, label="Width", elem_id="k-width")
                gr.Slider(256, 1024, value=512, step=8, label="Height", elem_id="k-height")
                gr.Number(label="Seed", value=1, elem_id="k-seed")
                gr.Checkbox(label="Random seed", elem_id="k-random")
                gr.Checkbox(label="Upscale after generating", elem_id="k-after")
                with gr.Row():
                    gr.Button("Generate", variant="primary", elem_id="k-generate")
                    if SECOND:
                        gr.Button("Generate 4 variants", elem_id="k-four")
                    gr.Button("Stop", variant="stop", elem_id="k-stop")
                    gr.Button("Clear", elem_id="k-clear")
            with gr.Column():
                gr.Gallery(label="Results", elem_id="k-gallery")
                gr.Image(label="Reference", elem_id="k-reference")
                gr.UploadButton(said("Upload reference", "Add reference"), elem_id="k-upload")
                gr.Radio(["png", "jpeg"], label="Format", value="png", elem_id="k-format")
                gr.Textbox(label="File name", value="picture", elem_id="k-file")
                with gr.Row():
                    gr.Button(said("Save", "Save to library"), elem_id="k-save")
                    gr.Button("Upscale", elem_id="k-upscale")
                    gr.Button(said("Vary", "Make variation"), elem_id="k-vary")
                    gr.Button("Send to video", elem_id="k-send-video")
    return page


def chat():
    """A conversation with its settings."""
    with gr.Blocks(title="Chat") as page:
        gr.Markdown("# 对话")
        gr.Chatbot(label="对话", elem_id="k-talk")
        with gr.Row():
            gr.Textbox(label="消息", placeholder=said("输入消息", "输入消息,回车发送"), elem_id="k-message")
            gr.Button(said("发送", "发送消息"), variant="primary", elem_id="k-send")
        with gr.Row():
            gr.Button(said("重试", "重新生成"), elem_id="k-retry")
            gr.Button("撤销", elem_id="k-undo")
            gr.Button("清空", elem_id="k-empty")
            gr.Button(said("导出", "导出对话"), elem_id="k-export")
        with gr.Accordion("设置", open=True, elem_id="k-settings"):
            gr.Textbox(label="系统提示词", lines=2, elem_id="k-system")
            if SECOND:
                gr.Textbox(label="反向提示词", lines=2, elem_id="k-against")
            gr.Slider(0, 2, value=1, label="温度", elem_id="k-temperature")
            gr.Slider(0, 1, value=1, label="Top P", elem_id="k-top-p")
            gr.Slider(16, 4096, value=512, step=16, label=said("最大长度", "最大输出长度"), elem_id="k-length")
            gr.Dropdown(["small", "large"], label=said("模型", "模型选择"), value="small", elem_id="k-model")
            gr.Checkbox(label="流式输出", value=True, elem_id="k-stream")
            gr.Checkbox(label=said("联网搜索", "联网"), elem_id="k-web")
    return page


def speech():
    """Text to speech in tabs, with a table and files."""
    with gr.Blocks(title="Speech") as page:
        gr.Markdown("# Speech")
        with gr.Tabs():
            with gr.Tab("Speak", elem_id="k-tab-speak"):
                gr.Textbox(label="Text", lines=4, elem_id="k-text")
                with gr.Row():
                    gr.Dropdown(["Ann", "Ben"], label=said("Voice", "Speaker"), value="Ann", elem_id="k-voice")
                    gr.Dropdown(["en", "zh"], label="Language", value="en", elem_id="k-language")
                gr.Slider(0.5, 2, value=1, label=said("Speed", "Speaking rate"), elem_id="k-speed")
                gr.Slider(-12, 12, value=0, step=1, label="Pitch", elem_id="k-pitch")
                gr.CheckboxGroup(["breath", "pause"], label="Effects", elem_id="k-effects")
                gr.Number(label="Takes", value=1, elem_id="k-takes")
                gr.Textbox(label="Password", type="password", elem_id="k-password")
                gr.File(label="Script file", elem_id="k-script")
                with gr.Row():
                    gr.Button("Speak", variant="primary", elem_id="k-speak")
                    gr.Button(said("Preview", "Preview voice"), elem_id="k-preview")
                    gr.DownloadButton("Download", elem_id="k-download")
            with gr.Tab(said("History", "Past takes"), elem_id="k-tab-history"):
                gr.Dataframe(headers=["text", "voice"], elem_id="k-table")
            with gr.Tab("Voices", elem_id="k-tab-voices"):
                gr.Textbox(label="New voice", elem_id="k-new-voice")
    return page


if __name__ == "__main__":
    first = int(sys.argv[1])
    for number, build in enumerate((picture, chat, speech)):
        build().launch(server_name="127.0.0.1", server_port=first + number, prevent_thread_lock=True, quiet=True)
    print("ready", flush=True)
    sys.stdin.read()
