"""Judges media of other containers with the decoder library: webm, mkv, avi, mp3, wav, flac, ogg and more."""

from pathlib import Path
from typing import Any

from AIGCLibrary.files.finding import Kind
from AIGCLibrary.files.validators.base import Validator

_RIFF = {"audio/wav", "video/x-msvideo"}


class MediaValidator(Validator):
    """Judges what FFmpeg can open: the header, every packet, and the sound itself where there is no picture."""

    name = "media"
    media_types = ("video/webm", "video/x-matroska", "audio/mpeg", "audio/wav", "audio/flac", "audio/ogg")

    def inspect(self, path: Path) -> None:
        """Probe the file, read every packet, decode the sound."""
        import av

        from AIGCLibrary.files.probe import probe

        try:
            facts = probe(path)
            self.examination.section("media").update(facts)
            if not (facts.get("video_streams") or facts.get("audio_streams")):
                self.examination.report("media.streams", "There is neither picture nor sound in it.")
                return
            self._read(path)
        except (av.error.FFmpegError, ValueError, UnicodeError) as error:
            self.examination.report("media.container", f"The media cannot be read: {_reason(error)}.")
            return
        self._riff_length(path)

    def _read(self, path: Path) -> None:
        """Read all packets; for sound alone, decode them, and measure the length where the header has none."""
        import av

        bad = good = 0
        end = 0.0
        with av.open(str(path), metadata_errors="replace") as container:
            known = bool(container.streams.audio) and container.streams.audio[0].codec_context is not None
            sound = known and not self.examination.facts["media"].get("video_streams")
            stream: Any = container.streams.audio[0] if sound else None
            for number, packet in enumerate(container.demux(stream) if stream else container.demux()):
                if number % 500 == 0:
                    self.examination.stop.check()
                bad += bool(packet.is_corrupt)
                if packet.pts is not None and packet.time_base:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                if stream is None:
                    good += packet.size > 0
                    continue
                try:
                    good += len(packet.decode())
                except av.error.FFmpegError:
                    bad += 1
        media = self.examination.section("media")
        if not media.get("duration") and end:
            media["duration"] = round(end, 6)
        if not good:
            self.examination.report("media.packets", "Nothing in it can be decoded.")
        elif bad > max(2, good // 50):
            self.examination.report(
                "media.packets", f"{bad} of {good + bad} packets cannot be decoded.", expected="0", actual=str(bad)
            )

    def _riff_length(self, path: Path) -> None:
        """A WAV or AVI that says it is longer than it is was cut off."""
        if self.examination.media_type not in _RIFF:
            return
        with path.open("rb") as file:
            head = file.read(8)
        told, there = int.from_bytes(head[4:8], "little") + 8, path.stat().st_size
        if head[:4] == b"RIFF" and told - there > 1 and told < 0xFFFFFFFF:
            self.examination.report(
                "riff.length", f"The header tells {told} bytes, the file has {there}.", Kind.TRUNCATED,
                expected=str(told), actual=str(there), unit="bytes",
            )  # fmt: skip


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".")
