"""Looks at a video and listens to its sound in one pass: black, frozen, silent, clipped, loudness, lengths, damage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from AIGCLibrary.files.context import Examination
from AIGCLibrary.files.finding import FindingKind
from AIGCLibrary.files.playback import (
    decode_strictly,
    is_padding,
    memory_of_frames,
    open_media,
    origin_of,
    why_not_started,
)
from AIGCLibrary.files.quality.decoder_log import is_tacit, read_decoder_log, report_decoder_log
from AIGCLibrary.files.quality.measured import Measured
from AIGCLibrary.files.quality.senses import Ear, Eye, Sense
from AIGCLibrary.files.quality.spans import Spans, without
from AIGCLibrary.files.work import (
    HEARD_FRAME,
    HEARD_SAMPLE,
    KEY_PIXEL,
    PACKET,
    PICTURE,
    PIXEL,
    SOUND_FRAME,
    SOUND_SAMPLE,
    WORK,
    OverWork,
)

FULL_WORK = 6_000_000
"""Units of work up to which `scan: auto` decodes every frame (31 s of 1080p at 30 fps); beyond it only key frames, as
many as that allows."""
_OF_SOUND = ("silent", "silent_spans", "clipped", "length_gap", "start_gap")
SHORTEST = 0.1
LOUDNESS_BLOCK = 0.4
"""Seconds of sound of which loudness is an average (ITU-R BS.1770-5, annex 1)."""


def judge_media(examination: Examination, path: Path) -> None:
    """Measure a media file and report what cannot be decoded; the section `quality` of the rules is judged later."""
    import av

    if examination.unmeasured.get("quality"):
        return
    try:
        measured = measure(examination, path)
    except OverWork:
        why = examination.too_much_work()
        examination.unmeasured["quality"] = examination.unmeasured["sound"] = why
        return
    except MemoryError:
        examination.lack_memory()
        return
    except (av.error.FFmpegError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        examination.unmeasured["quality"] = examination.unmeasured["sound"] = f"it cannot be decoded ({reason})"
        examination.report("media.decode", f"The media cannot be decoded: {reason}.")
        return
    _report_damage(examination, measured)
    if measured.tacit and not (measured.undecodable or measured.concealed):
        report_decoder_log(examination, read_decoder_log(examination, path, measured.tacit), measured.origin)
    _tell(examination, measured)
    rules = examination.rules.section("quality")
    if measured.frames and rules.get("blank_first_frame") is False:
        examination.judged.add("quality.blank_first_frame")
        if measured.first_blank:
            examination.report(
                "quality.blank_first_frame", "The first frame is blank.", FindingKind.QUALITY, expected="a picture",
                actual="one colour", place="0.00 s",
            )  # fmt: skip


def measure(examination: Examination, path: Path) -> Measured:
    """Decode a media file once and measure it.

    Raises:
        av.error.FFmpegError: It cannot be opened.
    """
    rules = examination.rules
    shortest = float(rules.get("quality", "shortest") or SHORTEST)
    with open_media(path, examination.media_type) as container:
        video = next((s for s in container.streams.video if s.codec_context and not is_cover(s)), None)
        audio = next((s for s in container.streams.audio if s.codec_context), None)
        origin = origin_of(container)
        measured = Measured(
            _scan(examination, video),
            Spans("lavfi.black_start", "lavfi.black_end", shortest, origin),
            Spans(shortest=shortest, origin=origin),
            Spans(shortest=shortest, origin=origin),
            origin=origin,
        )
        senses: dict[Any, Sense] = {}
        if video is not None and not _takes_too_much(examination, video, measured):
            senses[video] = Eye(video, rules.section("quality"), measured, every=_distance(examination, video))
            decode_strictly(video)
        if audio is not None and not _leaves_out(examination, audio):
            senses[audio] = Ear(audio, rules, measured)
            decode_strictly(audio)
        for stream in [stream for stream in senses if not _starts(examination, stream)]:
            senses.pop(stream)
        failed = _decode(examination, container, senses, measured) if senses else None
        if failed is not None and failed.stream is audio and is_padding(failed):
            measured.undecodable -= 1
        for sense in senses.values():
            sense.finish()
        measured.tacit = [(stream.index, stream is video) for stream in senses if is_tacit(stream)]
    if video in senses and not measured.frames:
        examination.report("media.packets", "No frame of the picture can be decoded.")
    return measured


def _decode(examination: Examination, container: Any, senses: Mapping[Any, Sense], measured: Measured) -> Any:
    """Show all frames to the senses; returns the last packet with data when it could not be decoded."""
    import av

    failed: Any = None
    for packet in container.demux(list(senses)):
        examination.tick(PACKET)
        _note_end(packet, measured, picture=packet.stream.type == "video")
        sense = senses[packet.stream]
        if sense.skips(packet):
            continue
        try:
            for frame in packet.decode():
                examination.tick(sense.weight(frame))
                sense.see(frame)
        except MemoryError:
            raise
        except av.error.FFmpegError:
            failed = packet
            measured.undecodable += not examination.is_skipped(packet)
        else:
            failed = None if packet.size else failed
    return failed


def _note_end(packet: Any, measured: Measured, *, picture: bool) -> None:
    if packet.pts is None or not packet.time_base:
        return
    end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
    if picture:
        measured.last_picture = max(measured.last_picture, end)
    else:
        measured.last_sound = max(measured.last_sound, end)


def _report_damage(examination: Examination, measured: Measured) -> None:
    """Report what the decoder refused, and what it made up where the data is damaged."""
    if bad := measured.undecodable:
        examination.report("media.packets", f"{bad} packets cannot be decoded.", expected="0", actual=str(bad))
    if concealed := measured.concealed:
        count = len(concealed)
        examination.report(
            "media.concealed",
            f"{count} of {measured.frames} frames are damaged; the decoder made up what is missing.",
            expected="0",
            actual=str(count),
            place=f"{concealed[0]:.2f}-{concealed[-1]:.2f} s",
        )


def is_cover(stream: Any) -> bool:
    """Report whether a stream of pictures is the cover of a sound file."""
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _scan(examination: Examination, video: Any) -> str:
    wanted = examination.rules.get("quality", "scan") or "auto"
    if examination.rules.get("intact") == "decoded":
        return "full"
    if wanted not in ("auto", "off") or video is None:
        return "full" if wanted in ("auto", "off") else str(wanted)
    return "full" if _frames(examination, video) * _weight(video) <= FULL_WORK else "keyframes"


def _frames(examination: Examination, video: Any) -> float:
    media = examination.facts.get("media", {})
    return float(
        media.get("frames") or video.frames or float(media.get("duration") or 0) * float(video.average_rate or 25)
    )


def _weight(video: Any, pixel: float = PIXEL) -> float:
    return PICTURE + pixel * float(video.width * video.height)


def _distance(examination: Examination, video: Any) -> float:
    """Return the least seconds between two key frames that are looked at, where only these are."""
    seconds = float(examination.facts.get("media", {}).get("duration") or 0)
    return seconds * _weight(video, KEY_PIXEL) / (FULL_WORK * examination.limits.work / WORK)


def _takes_too_much(examination: Examination, video: Any, measured: Measured) -> bool:
    """Report whether one frame at a time takes too much memory; of less large ones, only key frames are decoded."""
    limit = examination.limits.picture_memory
    if memory_of_frames(video, measured.scan) <= limit:
        return False
    if measured.scan == "full" and examination.rules.get("intact") != "decoded":
        measured.scan = "keyframes"
    needed = memory_of_frames(video, measured.scan)
    if needed <= limit:
        video.codec_context.thread_count = 1
        return False
    why = (
        f"decoding frames of {video.width}x{video.height} pixels takes about {needed} bytes; the limit is {limit} "
        "bytes. Raise `options.files.picture_memory` to have them decoded"
    )
    examination.unmeasured["quality"] = why
    return True


def _leaves_out(examination: Examination, audio: Any) -> bool:
    """Report whether a sound is too long to be measured within the limit on work, and why it was not measured."""
    seconds = float(examination.facts.get("media", {}).get("duration") or 0)
    samples = audio.codec_context.frame_size or 1024
    rate = audio.rate or 48_000
    frame = HEARD_FRAME + SOUND_FRAME + PACKET + (HEARD_SAMPLE + SOUND_SAMPLE) * samples * (audio.channels or 2)
    if seconds * rate / samples * frame <= examination.work.left:
        return False
    why = examination.too_much_work()
    examination.unmeasured.update({"sound": why, **{f"quality.{name}": why for name in _OF_SOUND}})
    return True


def _starts(examination: Examination, stream: Any) -> bool:
    """Start a decoder; reports whether it can start, and why what it would show was not measured."""
    why = why_not_started(stream)
    names = ("quality",) if stream.type == "video" else ("sound", *(f"quality.{name}" for name in _OF_SOUND))
    examination.unmeasured.update(dict.fromkeys(names, why) if why else {})
    return not why


def _tell(examination: Examination, measured: Measured) -> None:
    shortest = measured.frozen.shortest
    frozen = without(measured.frozen.found, measured.black.found, shortest)
    facts: dict[str, Any] = {}
    if measured.frames:
        facts |= {
            "scan": measured.scan,
            "black": measured.black.total,
            "black_spans": measured.black.found,
            "frozen": max((round(end - start, 4) for start, end in frozen), default=0.0),
            "frozen_spans": frozen,
        }
    if measured.frames and measured.scan == "keyframes":
        why = "only key frames were decoded; `quality.scan: full` decodes all"
        examination.unmeasured |= {"quality.cuts": why, "quality.colour_shift": why}
    elif measured.frames and measured.colour_shift is None:
        examination.unmeasured["quality.colour_shift"] = "too much moves, or too little is seen, to compare colours"
    if measured.cuts is not None:
        facts |= {"cuts": len(measured.cuts), "cut_times": measured.cuts}
    if measured.colour_shift is not None:
        facts |= {"colour_shift": measured.colour_shift[0], "colour_shift_at": measured.colour_shift[1]}
    if measured.samples:
        facts |= {
            "silent": measured.silent.longest,
            "silent_spans": measured.silent.found,
            "clipped": round(measured.clipped or 0.0, 6),
        }
        short = measured.last_sound - (measured.first_sound or 0.0) < LOUDNESS_BLOCK - 1e-6
        sound = {
            "loudness": None if short else measured.loudness,
            "loudness_range": None if short else measured.loudness_range,
            "peak": measured.peak,
            "true_peak": measured.true_peak,
            "dead_channels": len(measured.dead),
            "phase": measured.phase,
        }
        examination.section("sound").update({name: value for name, value in sound.items() if value is not None})
        if short:
            why = f"it is shorter than the {LOUDNESS_BLOCK} s over which loudness is measured"
            examination.unmeasured |= {"sound.loudness": why, "sound.loudness_range": why}
    if measured.frames and measured.samples:
        facts["length_gap"] = round(abs(measured.last_picture - measured.last_sound), 4)
        if measured.first_picture is not None and measured.first_sound is not None:
            facts["start_gap"] = round(abs(measured.first_picture - measured.first_sound), 4)
    examination.section("quality").update(facts)
