"""Encodes real sound files (m4a, mp3, wav) with the AIGC label where each format carries it."""

from __future__ import annotations

import io
import wave
from typing import TYPE_CHECKING

from AIGCLibrary.studio.media.label import KEY, label_value, riff_chunk
from AIGCLibrary.studio.media.order import CancellationToken, Order
from AIGCLibrary.studio.media.sound import RATE, compose
from AIGCLibrary.studio.media.video import Sound

if TYPE_CHECKING:
    from av.audio.stream import AudioStream


def encode_audio(order: Order, stop: CancellationToken) -> bytes:
    """Make the sound file of an order; `format` is `m4a` (the default), `mp3` or `wav`.

    Raises:
        Interrupted: The studio stops.
    """
    if order.format == "wav":
        return _wav(order)
    import av

    target = io.BytesIO()
    muxer, codec = ("mp3", "libmp3lame") if order.format == "mp3" else ("ipod", "aac")
    options = {} if order.format == "mp3" else {"movflags": "use_metadata_tags"}
    with av.open(target, "w", format=muxer, options=options) as container:
        value = label_value(order)
        container.metadata["title"] = order.prompt[:200]
        if value is not None:
            container.metadata[KEY] = value
        stream: AudioStream = container.add_stream(codec, rate=RATE, options={"b": "128k"})  # type: ignore[assignment]
        stream.layout = "mono"
        sound = Sound(stream, compose(order))
        for second in range(int(order.seconds) + 1):
            stop.check()
            sound.mux_until(container, second)
        sound.finish(container)
    return target.getvalue()


def _wav(order: Order) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(compose(order))
    value = label_value(order)
    data = bytearray(target.getvalue() + (riff_chunk(value) if value else b""))
    data[4:8] = (len(data) - 8).to_bytes(4, "little")
    return bytes(data)
