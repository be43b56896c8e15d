"""Judges media of other containers with the decoder library: webm, mkv, avi, mp3, wav, flac, ogg and more."""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import Any

from AIGCLibrary.files.beginning import look_at_beginning, report_beginnings
from AIGCLibrary.files.containers.ac3 import check_ac3
from AIGCLibrary.files.containers.adts import check_adts
from AIGCLibrary.files.containers.damage import Damage
from AIGCLibrary.files.containers.ebml import check_ebml, track_kinds
from AIGCLibrary.files.containers.flac import FlacSamples, read_stream_info
from AIGCLibrary.files.containers.kept import is_encrypted, weigh_kept
from AIGCLibrary.files.containers.mpeg_audio import MpegWalk, walk_mpeg_audio
from AIGCLibrary.files.containers.ogg import check_ogg
from AIGCLibrary.files.containers.promised import PROMISING, check_promised
from AIGCLibrary.files.containers.riff import check_riff
from AIGCLibrary.files.containers.sound_frames import check_amr, check_loas
from AIGCLibrary.files.containers.streams import STREAMS, check_stream
from AIGCLibrary.files.context import RangeReader
from AIGCLibrary.files.finding import FindingKind, Severity
from AIGCLibrary.files.local import LocalReader
from AIGCLibrary.files.media_type import settle_media_type
from AIGCLibrary.files.playback import decode_strictly, is_padding, open_media, why_not_started
from AIGCLibrary.files.validators.base import Validator
from AIGCLibrary.files.work import PACKET, SOUND_FRAME, SOUND_SAMPLE

_EBML = ("video/webm", "video/x-matroska", "audio/webm", "audio/x-matroska")
_RIFF = ("audio/wav", "video/x-msvideo", "audio/x-msvideo")
_FRAMED = {
    "audio/aac": check_adts, "audio/ac3": check_ac3, "audio/eac3": check_ac3, "audio/amr": check_amr,
    "audio/mp4a-latm": check_loas,
}  # fmt: skip
_STATING = (*_EBML, "video/x-flv", "audio/x-flv", "video/x-msvideo", "audio/x-msvideo")
"""Containers whose header states a length that nothing in them depends on."""
_TIMELESS = (*_FRAMED, "audio/vnd.dts", "audio/vnd.dolby.mlp")
"""Frames of sound without a container."""


class MediaValidator(Validator):
    """Judges what FFmpeg can open: the header, every packet, and the sound itself where there is no picture."""

    name = "media"

    _walk: MpegWalk | None = None
    _refused = 0, 0
    """Packets that cannot be decoded, and all packets."""
    _packets_end = 0.0
    """Seconds from the begin of the first packet to the end of the last."""

    def peek(self, reader: RangeReader) -> None:
        """See by its tracks whether a WebM or Matroska has a picture."""
        if self.examination.media_type in _EBML and (kinds := track_kinds(reader)):
            settle_media_type(self.examination, picture=1 in kinds, sound=2 in kinds)

    def inspect(self, path: Path) -> None:
        """Probe the file, read every packet, decode the sound."""
        import av

        from AIGCLibrary.files.probe import probe

        self._weigh(path)
        try:
            facts = probe(path, media_type=self.examination.media_type)
            self.examination.note(facts, "header")
            picture, sound = bool(facts.get("video_streams")), bool(facts.get("audio_streams"))
            settle_media_type(self.examination, picture=picture, sound=sound)
            if not picture and not sound and not self._holds_others(path):
                self.examination.report("media.streams", "There is neither picture nor sound in it.")
                return
            if self.examination.media_type == "audio/mpeg":
                self._walk = walk_mpeg_audio(path, self.examination.tick)
            if self._walk is not None:
                behind = (self._walk.end, path.stat().st_size)
                self.examination.skipped = [*self._walk.tags, *([behind] if behind[0] < behind[1] else [])]
            if self.examination.media_type in _EBML and is_encrypted(path):
                self.examination.find_encrypted("media.encrypted")
                self._whole(path)
                return
            if picture:
                report_beginnings(self.examination, look_at_beginning(self.examination, path))
            self._read(path)
        except MemoryError:
            raise
        except (av.error.FFmpegError, ValueError, UnicodeError) as error:
            self.examination.report("media.container", f"The media cannot be read: {_reason(error)}.")
            return
        self._whole(path)
        self._tell_refused()
        self._hold_header()

    def _weigh(self, path: Path) -> None:
        """Count the pieces of formats of which a decoder keeps much for each, before it opens the file."""
        media_type = self.examination.media_type or ""
        weigh_kept(path, media_type, self.examination.tick)
        if media_type in STREAMS:
            check_stream(path, media_type, self.examination.tick)
        elif media_type in _RIFF:
            with LocalReader(path) as reader:
                check_riff(reader, self.examination.tick)
        elif media_type in _FRAMED:
            _FRAMED[media_type](path, self.examination.tick)

    def _read(self, path: Path) -> None:
        """Read all packets; for sound alone, decode them, and measure the length where the header has none."""
        bad = good = 0
        played = 0.0
        marks = _Marks()
        info = read_stream_info(path) if self.examination.media_type == "audio/flac" else None
        flac = FlacSamples(info) if info else None
        with open_media(path, self.examination.media_type) as container:
            spare = 2 if self._walk is not None else 0
            stream, why = self._sound_of(container)
            for packet in container.demux(stream) if stream else container.demux():
                self.examination.tick(PACKET)
                marks.see(packet)
                if stream is None:
                    good += packet.size > 0
                    continue
                self.examination.tick(SOUND_FRAME)
                frames = self._decoded(packet, flac)
                good += len(frames or ())
                played += sum(frame.samples / frame.sample_rate for frame in frames or ())
                bad += frames is None
            if stream is None:
                self._leave_out_empty(container, marks)
        if marks.damaged:
            message = f"{marks.damaged} packets are damaged or incomplete, as the container shows."
            self.examination.report("media.packets", message, expected="0", actual=str(marks.damaged))
        self._packets_end = marks.length
        self._measure_by_packets(marks.end)
        self._measure_by_samples(played)
        if not good and self._walk is not None and self._walk.free_format:
            self._not_decoded("no decoder here knows MP3 of free format, whose frames do not state their length")
        elif good and why:
            self._not_decoded(why)
        elif not good:
            self.examination.report("media.packets", "Nothing in it can be decoded.")
        elif flac and (damage := flac.damage()):
            self._tell(damage)
        elif bad > spare:
            self._refused = bad, good + bad

    def _measure_by_packets(self, end: float) -> None:
        """Take the length from the end of the last packet where nothing states it."""
        media = self.examination.section("media")
        if not media.get("duration") and end:
            self.examination.note({"duration": round(end, 6)}, "packets")
        elif not media.get("duration"):
            self.examination.unmeasured["media.duration"] = "its packets have no times"

    def _measure_by_samples(self, played: float) -> None:
        """Take the length from the decoded sound where nothing states it, or a header speaks of a part.

        Frames without a container state no length: FFmpeg guesses one by the bit rate of the first. Joined Ogg files
        of a radio stream state that of the first. A header that states more than is decoded may count pauses.
        """
        stated = self.examination.section("media").get("duration") or 0.0
        guessed = self.examination.media_type in _TIMELESS
        longer = played > stated + max(0.5, 0.02 * stated)
        if self._walk is not None or not played or not (guessed or longer):
            return
        seconds = round(played, 6)
        bitrate = round(self.examination.facts["size"] * 8 / played)
        self.examination.note({"duration": seconds, "audio_duration": seconds, "bitrate": bitrate}, "decoded")
        if not guessed:
            self._tell_length(f"The sound lasts {played:.2f} s, its header says {stated:.2f} s", stated, played)

    def _hold_header(self) -> None:
        """Take the length from the packets where a header states more, as a recording that was stopped has it."""
        stated, found = self.examination.section("media").get("duration") or 0.0, self._packets_end
        if self.examination.media_type not in _STATING or self.examination.failed or not found:
            return
        if stated > found + max(0.5, 0.02 * found):
            bitrate = round(self.examination.facts["size"] * 8 / found)
            self.examination.note({"duration": round(found, 6), "bitrate": bitrate}, "packets")
            self._tell_length(f"The packets last {found:.2f} s, the header says {stated:.2f} s", stated, found)

    def _leave_out_empty(self, container: Any, marks: "_Marks") -> None:
        """Leave streams without a packet out of the counts: those of a recorder without microphone, for example."""
        media = self.examination.section("media")
        for stream in (*container.streams.video, *container.streams.audio):
            name = f"{stream.type}_streams"
            if stream.index in marks.seen or not media.get(name):
                continue
            self.examination.note({name: media[name] - 1}, "packets")
            self.examination.report(
                "media.empty_track", f"Track {stream.index + 1} ({stream.type}) has no sample.",
                severity=Severity.WARNING, expected=">= 1", actual="0",
            )  # fmt: skip

    def _sound_of(self, container: Any) -> tuple[Any, str]:
        """Return the stream that is to be decoded, None for a film; and why a sound cannot be."""
        sounds = container.streams.audio
        if self.examination.facts["media"].get("video_streams") or not sounds or sounds[0].codec_context is None:
            return None, ""
        decode_strictly(sounds[0])
        why = why_not_started(sounds[0])
        return None if why else sounds[0], why

    def _holds_others(self, path: Path) -> bool:
        """Report whether there are streams whose coding nothing here knows; what they hold was not measured then."""
        with open_media(path, self.examination.media_type) as container:
            others = len(container.streams.data)
        if others:
            why = f"no decoder here knows what its {others} streams hold"
            self.examination.unmeasured.update(media=why, quality=why, sound=why)
            self.examination.forget("video_streams", "audio_streams")
            message = f"The file was not decoded: {why}."
            self.examination.report("media.coding", message, severity=Severity.WARNING)
        return bool(others)

    def _not_decoded(self, why: str) -> None:
        """Report sound that is whole by its frames, and that nothing here decodes."""
        self.examination.unmeasured.update(quality=why, sound=why)
        self.examination.report("media.packets", f"The sound was not decoded: {why}.", severity=Severity.WARNING)

    def _decoded(self, packet: Any, flac: FlacSamples | None) -> list[Any] | None:
        """Return the frames of a packet; None when it cannot be decoded and belongs to the media."""
        import av

        try:
            frames: list[Any] = packet.decode()
        except MemoryError:
            raise
        except av.error.FFmpegError:
            return [] if self.examination.is_skipped(packet) or is_padding(packet) else None
        for frame in frames:
            self.examination.tick(SOUND_SAMPLE * frame.samples * frame.layout.nb_channels)
            if flac:
                flac.see(frame)
        return frames

    def _whole(self, path: Path) -> None:
        """Report what the container itself shows to be missing or damaged; decoders are too tolerant for that."""
        media_type = self.examination.media_type or ""
        found: list[Damage | None] = []
        tick = self.examination.tick
        if media_type in (*_EBML, *_RIFF):
            with LocalReader(path) as reader:
                found.append(check_ebml(reader, tick) if media_type in _EBML else check_riff(reader, tick))
        elif media_type in (*PROMISING, *STREAMS):
            with LocalReader(path) as reader:
                found.append(check_promised(reader, media_type, tick))
            if found[0] is None:
                found.append(check_stream(path, media_type, tick))
        elif media_type in ("audio/ogg", "video/ogg"):
            found += check_ogg(path, tick)
        elif media_type in _FRAMED:
            found.append(_FRAMED[media_type](path, tick))
        elif self._walk is not None:
            found.append(self._walk.damage)
            self._measure(self._walk)
        for damage in found:
            if damage is not None:
                self._tell(damage)

    def _tell_refused(self) -> None:
        """Report packets that cannot be decoded; a few are the same damage as one that the container shows."""
        bad, packets = self._refused
        shown = any(f.rule == "media.structure" and f.severity is Severity.ERROR for f in self.examination.findings)
        if bad > (packets // 50 if shown else 0):
            message = f"{bad} of {packets} packets cannot be decoded."
            self.examination.report("media.packets", message, expected="0", actual=str(bad))

    def _measure(self, walk: MpegWalk) -> None:
        """Take the length from the frames, where no header states it, or one that speaks of a part only."""
        promised = walk.promised
        wrong = promised is not None and abs(promised - walk.seconds) > max(0.5, 0.02 * walk.seconds)
        if walk.whole and (promised is None or wrong or walk.joined > 1):
            media = self.examination.section("media")
            seconds = round(walk.seconds, 6)
            bitrate = round(walk.covered * 8 / walk.seconds) if walk.seconds else media.get("bitrate")
            found = {"duration": seconds, "audio_duration": seconds, "bitrate": bitrate}
            self.examination.note(found, "packets")
        if not (walk.damage and walk.damage.serious) and (wrong or walk.joined > 1 or len(walk.rates) > 1):
            message = f"The frames last {walk.seconds:.2f} s"
            if promised is not None:
                message += f", the first header promises {promised:.2f} s"
            if walk.joined > 1:
                message = f"The file is joined from {walk.joined} MP3 files. " + message
            if len(walk.rates) > 1:
                message += f"; the sample rate changes ({', '.join(map(str, sorted(walk.rates)))} Hz)"
            self._tell_length(message, promised, walk.seconds, "Xing header")

    def _tell_length(self, message: str, stated: float | None, found: float, source: str | None = None) -> None:
        self.examination.report(
            "media.joined", f"{message}. Players may show a wrong length or stop early.",
            severity=Severity.WARNING, source=source,
            expected=f"{stated:.2f}" if stated is not None else None, actual=f"{found:.2f}", unit="s",
        )  # fmt: skip

    def _tell(self, damage: Damage) -> None:
        self.examination.report(
            "media.structure",
            f"{damage.message}.",
            FindingKind.TRUNCATED if damage.truncated else FindingKind.CORRUPT,
            severity=Severity.ERROR if damage.serious else Severity.WARNING,
            expected=damage.expected,
            actual=damage.actual,
            place=f"offset {damage.offset}",
            source=damage.source,
        )


class _Marks:
    """What the packets of a file say: when the last ends, and how many the container marks as damaged.

    A recording may begin within a packet, and one without a stated length end so; both are no damage.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._marked: dict[int, bool] = {}
        self._first: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._unit: dict[int, Fraction] = {}

    @property
    def seen(self) -> Collection[int]:
        """Indexes of the streams that have packets."""
        return self._marked.keys()

    @property
    def length(self) -> float:
        """Seconds from the begin of the first packet to the end of the last."""
        begins = (float(begin * self._unit[index]) for index, begin in self._first.items() if index in self._unit)
        return self.end - max(0.0, min(begins, default=0.0))

    @property
    def end(self) -> float:
        """Seconds at which the last packet ends."""
        return max((float(last * self._unit[index]) for index, last in self._last.items()), default=0.0)

    def see(self, packet: Any) -> None:
        """Take the next packet."""
        index = packet.stream_index
        if packet.size:
            begun = index in self._marked
            self.damaged += begun and self._marked[index]
            self._marked[index] = begun and bool(packet.is_corrupt)
        at = packet.pts if packet.pts is not None else packet.dts
        if at is not None:
            end = at + (packet.duration or 0)
            self._first.setdefault(index, at)
            if end > self._last.get(index, 0) and (index in self._unit or packet.time_base):
                self._unit[index] = self._unit.get(index) or packet.time_base  # a fraction, slow to make
                self._last[index] = end


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).rstrip(".")
