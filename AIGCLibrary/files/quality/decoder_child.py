"""Decodes streams of one file in a process of its own and writes what FFmpeg's decoders log of damage.

Run as a script, with nothing imported but PyAV; see `decoder_log`, which starts it. The request is JSON on standard
input, the answer JSON on standard output.
"""

import json
import sys
from typing import Any

_ALSO = ("End mismatch", "idelta overflow", "Missing GSM magic", "image data possibly corrupted")
"""Warnings that speak of damage; all others speak of oddities of whole files."""
_NOT_KNOWN = ("not implemented", "not supported", "unsupported", "patch", "sample of this file", "memory", "alloc")
"""Words of errors that say what a decoder or the machine cannot do, not what the file lacks."""
_KEPT = 200


def read_log(request: dict[str, Any]) -> dict[str, Any]:
    """Decode the streams.

    Args:
        request: `file`; `format`: FFmpeg's name of its format, None where that is looked for; `streams`: by number,
            the units of work of a frame and of each pixel or sample; `units`: the most that may be spent.

    Returns:
        `said`: time stamp and words of the lines that report damage; `count`: of all of them; `units`: what was spent;
        `until`: the time stamp at which the limit was reached, else None.
    """
    import av
    import av.logging

    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    weights = {int(number): weight for number, weight in request["streams"].items()}
    said, count, spent, until = list[tuple[float, str]](), 0, 0.0, None
    form = request.get("format")
    with av.logging.Capture() as lines, av.open(request["file"], format=form, metadata_errors="replace") as container:
        streams = [stream for stream in container.streams if stream.index in weights]
        for stream in streams:
            stream.codec_context.thread_count = 1  # what other threads log belongs to no packet
        lines.clear()
        for packet in container.demux(streams):
            frame_weight, weight = weights[packet.stream_index]
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                frames = []  # what is refused is counted where the media is measured
                lines.clear()
            names = {"", packet.stream.codec_context.codec.name, packet.stream.codec_context.codec.canonical_name}
            found = [text for level, name, text in lines if name in names and _is_damage(level, text)]
            lines.clear()
            at = float(packet.pts * packet.time_base) if packet.pts is not None and packet.time_base else 0.0
            count += bool(found)
            said += [(at, found[0].strip())] if found and len(said) < _KEPT else []
            spent += sum(frame_weight + weight * _amount(frame) for frame in frames)
            if spent > request["units"]:
                until = at
                break
    return {"said": said, "count": count, "units": min(spent, request["units"]), "until": until}


def _amount(frame: Any) -> int:
    return int(frame.samples * frame.layout.nb_channels if hasattr(frame, "samples") else frame.width * frame.height)


def _is_damage(level: int, text: str) -> bool:
    import av.logging

    if any(word in text.lower() for word in _NOT_KNOWN):
        return False
    return level <= av.logging.ERROR or text.startswith(_ALSO)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.path[:] = asked["path"]
    json.dump(read_log(asked), sys.stdout)
