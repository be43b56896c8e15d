"""The length of films whose frames are decoded in another order than shown is that of what is shown."""

import io

import pytest


def film(frames, **options):
    import av
    from PIL import Image

    target = io.BytesIO()
    with av.open(target, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=25, options={"bf": "3", "preset": "medium", "g": "25"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for number in range(frames):
            picture = Image.linear_gradient("L").rotate(number * 3).resize((160, 90)).convert("RGB")
            container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        container.mux(stream.encode())
    return target.getvalue()


@pytest.mark.parametrize("flags", ["", "frag_keyframe+empty_moov", "negative_cts_offsets", "dash+frag_keyframe"])
def test_delayed_decoding_takes_nothing_from_the_length(judge, flags):
    data = film(100, **({"movflags": flags} if flags else {}))
    media = judge(data, "a.mp4", {"duration": "3.99..4.01 s"})
    assert not [finding for finding in media.findings if finding.rule == "duration"]
    assert media.facts["media"]["frames"] == 100
