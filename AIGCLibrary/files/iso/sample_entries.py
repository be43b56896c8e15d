"""What the sample entry of a track says of its coding: codec, channels, shape of the pixels, crop, colours.

Formats: ISO/IEC 14496-12 (`pasp`, `clap`, `colr`), 14496-14 and 14496-1 (`esds`), 14496-3 (AudioSpecificConfig),
QuickTime File Format (sound descriptions, `wave`).
"""

from dataclasses import dataclass

from AIGCLibrary.files.iso.boxes import Box, Malformed

CODECS = {
    "avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc", "dvh1": "hevc", "dvhe": "hevc", "av01": "av1",
    "vp08": "vp8", "vp09": "vp9", "vvc1": "vvc", "vvi1": "vvc", "mp4v": "mpeg4", "mp4a": "aac", "Opus": "opus",
    "fLaC": "flac", "ac-3": "ac3", "ec-3": "eac3", ".mp3": "mp3", "alac": "alac", "apch": "prores", "apcn": "prores",
    "apcs": "prores", "apco": "prores", "ap4h": "prores", "ap4x": "prores", "jpeg": "mjpeg", "tx3g": "mov_text",
    "wvtt": "webvtt", "stpp": "ttml", "sowt": "pcm_s16le", "twos": "pcm_s16be", "in24": "pcm_s24be",
    "in32": "pcm_s32be", "fl32": "pcm_f32be", "fl64": "pcm_f64be", "alaw": "pcm_alaw", "ulaw": "pcm_mulaw",
    "samr": "amr_nb", "sawb": "amr_wb", "s263": "h263", "h263": "h263", "AVdh": "dnxhd", "AVdn": "dnxhd",
    "mjp2": "jpeg2000", "CFHD": "cfhd", "rle": "qtrle", "png": "png", "cvid": "cinepak", "SVQ1": "svq1",
    "SVQ3": "svq3", "dvcp": "dvvideo", "dvpp": "dvvideo", "dvc": "dvvideo", "dv5p": "dvvideo", "dv5n": "dvvideo",
    "2vuy": "rawvideo", "v210": "v210", "m2v1": "mpeg2video", "xd5b": "mpeg2video", "agsm": "gsm",
    "ima4": "adpcm_ima_qt", "QDM2": "qdm2", "raw": "rawvideo", "6d730002": "adpcm_ms", "6d730011": "adpcm_ima_wav",
    "6d730055": "mp3", "Hap1": "hap", "Hap5": "hap", "HapY": "hap", "tga": "targa", "drac": "dirac",
}  # fmt: skip
"""Codec names, as ffprobe has them, of sample entries."""
_OBJECTS = {
    0x69: "mp3", 0x6B: "mp3", 0x6C: "mjpeg", 0x20: "mpeg4", 0xA5: "ac3", 0xDD: "vorbis", 0xAD: "opus", 0x6D: "png",
    0x6A: "mpeg1video", **dict.fromkeys(range(0x60, 0x66), "mpeg2video"),
}  # fmt: skip
"""Codecs by objectTypeIndication of `esds` (MP4 registration authority), where the entry's letters name a family."""
_OF_PICTURES = ("mjpeg", "mpeg4", "png", "mpeg1video", "mpeg2video")
_LITTLE = ("in24", "in32", "fl32", "fl64")
"""Entries whose samples are stored with the last byte first where a box `enda` says so."""
_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_CHANNELS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 8, 11: 7, 12: 8, 14: 8}
_RESERVED = {"object type": (0, 10, 11, 18, *range(47, 96)), "channels": (8, 9, 10, 15), "rate": (13, 14)}
"""Values of an AudioSpecificConfig that stand for nothing (ISO/IEC 14496-3, 1.6)."""
_CONFIGURES = {
    b"avcC": "avc1", b"hvcC": "hvc1", b"av1C": "av01", b"vpcC": "vp09", b"dOps": "Opus", b"dfLa": "fLaC",
    b"dac3": "ac-3", b"dec3": "ec-3", b"alac": "alac", b"esds": "mp4a",
}  # fmt: skip
"""Boxes in sample entries, and the entry that they belong to."""
_RELATED = ("enc", "res", "drm", "mvc", "svc", "mhv", "lhv", "lhe", "hvc", "hev", "hvt", "dv", "ai", "mp4s")
"""How the entries begin that may have them as well: encrypted ones, layers and views, those of cameras."""
_SYNC = 0x2B7
"""Mark of an extension at the end of an AudioSpecificConfig."""
_OWN_SIZES = 0xFFFE
"""Compression id of a sound whose sample table has the sizes of packets (QuickTime File Format)."""
_DOLBY = {"ac-3": (b"dac3", 10), "ec-3": (b"dec3", 28)}
"""Box of the coding, and its bits before the mode of the channels."""
_MODES = (2, 1, 2, 3, 3, 4, 4, 5)
"""Channels by `acmod`, without the one of low frequencies."""
_HDR = (16, 18)
"""Transfer characteristics PQ (SMPTE ST 2084) and HLG (ARIB STD-B67), ITU-T H.273."""
MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
    10: "bt2020c", 14: "ictcp",
}  # fmt: skip
"""Names, as ffprobe has them, of the matrix coefficients of ITU-T H.273."""


def codec_of(entry: str) -> str | None:
    """Return the codec of a sample entry, by its four letters; None where the decoder library is to be asked."""
    return CODECS.get(entry.strip())


def codec_of_picture(entry: Box, skip: int) -> str | None:
    """Return the codec of a picture: of `mp4v`, that which its ES descriptor names."""
    config = entry.child(b"esds", skip) if entry.name == "mp4v" and len(entry.data) > skip else None
    kind = _decoder_config(bytes(config.data[4:]))[0] if config else 0
    return _OBJECTS.get(kind) or codec_of(entry.name)


def check_known(entry: Box, kind: str) -> None:
    """Check a sample entry that nothing here knows: its configuration must not be that of a known one.

    Raises:
        Malformed: It is.
    """
    skip = 78 if kind == "video" else 28
    if len(entry.data) <= skip or entry.name.startswith(_RELATED):
        return
    try:
        found = next((box.kind for box in entry.children(skip) if box.kind in _CONFIGURES), None)
    except Malformed:
        return  # entries that nothing here knows may hold other things than boxes
    if found:
        known = _CONFIGURES[found]
        raise Malformed(
            f"the coding '{entry.name}' is not known; its '{found.decode()}' is that of '{known}'", entry.offset
        )


def is_hdr(transfer: int | None) -> bool:
    """Report whether transfer characteristics are those of a high dynamic range."""
    return transfer in _HDR


@dataclass(slots=True)
class Sound:
    """Coding of a sound, as far as the sample entry states it; None where only the packets do.

    Args:
        codec: Its name.
        channels: Their number.
        rate: Samples a second.
        packet: Samples of a packet and its bytes, where the sample table counts samples of the sound.
    """

    codec: str | None = None
    channels: int | None = None
    rate: int | None = None
    packet: tuple[int, int] = (1, 1)


@dataclass(slots=True)
class Pixels:
    """Shape, crop and colours of a picture, as the sample entry states them.

    Args:
        aspect: Width and height of a pixel.
        cropped: Width and height of what is shown, before the pixel aspect; None: all.
        matrix: Matrix coefficients of ITU-T H.273.
        transfer: Transfer characteristics of ITU-T H.273.
    """

    aspect: tuple[int, int] | None = None
    cropped: tuple[int, int] | None = None
    matrix: int | None = None
    transfer: int | None = None


def read_pixels(entry: Box, skip: int) -> Pixels:
    """Read the boxes behind the fields of a visual sample entry."""
    pixels = Pixels()
    for box in entry.children(skip):
        if box.kind == b"pasp" and box.u32(0) and box.u32(4):
            pixels.aspect = box.u32(0), box.u32(4)
        elif box.kind == b"clap" and box.u32(4) and box.u32(12):
            pixels.cropped = box.u32(0) // box.u32(4), box.u32(8) // box.u32(12)
        elif box.kind == b"colr" and bytes(box.data[:4]) in (b"nclx", b"nclc"):
            pixels.transfer, pixels.matrix = box.u16(6), box.u16(8)
    return pixels


def read_sound(entry: Box) -> Sound:
    """Read an audio sample entry: for AAC its AudioSpecificConfig decides, not the fields of the entry."""
    entry.need(28)
    version = entry.u16(8)
    codec = "pcm_u8" if entry.name.strip() == "raw" else codec_of(entry.name)
    sound = Sound(codec, entry.u16(16), entry.u32(24) >> 16)
    skip = {0: 28, 1: 44, 2: 64}.get(version, 28)
    if version == 2 and len(entry.data) >= 64:
        sound.channels = entry.u32(40)
        sound.rate = None
    if version == 1 and len(entry.data) >= 44 and entry.u16(20) != _OWN_SIZES and entry.u32(28) and entry.u32(36):
        sound.packet = entry.u32(28), entry.u32(36)
    if entry.name in _LITTLE and sound.codec and _is_little(entry, skip):
        sound.codec = sound.codec.replace("be", "le")
    if entry.name == "lpcm":
        sound.codec = None
    config = _find_config(entry, skip)
    if config is not None:
        _apply_config(config, sound)
    if entry.name in _DOLBY:
        sound.channels = _dolby_channels(entry, skip)
    return sound


def _dolby_channels(entry: Box, skip: int) -> int | None:
    """Return the channels that `dac3` or `dec3` names (ETSI TS 102 366, annex F): the entry always has two.

    None where a further stream adds some, which the frames show.
    """
    kind, before = _DOLBY[entry.name]
    try:
        box = entry.child(kind, skip) if len(entry.data) > skip else None
    except Malformed:
        return None
    if box is None:
        return None
    bits = _Bits(bytes(box.data))
    bits.take(before)
    channels = _MODES[bits.take(3)] + bits.take(1)
    if kind == b"dec3":
        bits.take(3)
        return None if bits.take(4) else channels
    return channels


def _is_little(entry: Box, skip: int) -> bool:
    """Report what `enda` in `wave` says (QuickTime File Format, sound sample description extensions)."""
    try:
        wave = entry.child(b"wave", skip)
        ends = wave.child(b"enda") if wave else None
        return ends is not None and bool(ends.u16(0))
    except Malformed:
        return False


def _find_config(entry: Box, skip: int) -> Box | None:
    if len(entry.data) <= skip:
        return None
    try:
        found = entry.child(b"esds", skip)
        wave = None if found else entry.child(b"wave", skip)
        return found or (wave.child(b"esds") if wave else None)
    except Malformed:
        return None


def _apply_config(box: Box, sound: Sound) -> None:
    kind, config = _decoder_config(bytes(box.data[4:]))
    sound.codec = _OBJECTS.get(kind, sound.codec)
    if sound.codec in _OF_PICTURES:
        raise Malformed(f"a sound is said to be coded as '{sound.codec}', which is for pictures", box.offset)
    if kind in _OBJECTS:
        sound.channels = None if sound.codec == "mp3" else sound.channels  # the frames show it
    elif config:
        _check_aac(config, box.offset)
        _apply_aac(config, sound)


def _check_aac(config: bytes, offset: int) -> None:
    bits = _Bits(config)
    found = {"object type": bits.object_type(), "rate": bits.take(4)}
    if found["rate"] == 15:
        bits.take(24)
    found["channels"] = bits.take(4)
    for name, value in found.items():
        if value in _RESERVED[name]:
            raise Malformed(f"the AudioSpecificConfig has the {name} {value}, which stands for nothing", offset)


def _decoder_config(data: bytes) -> tuple[int, bytes]:
    """Find objectTypeIndication and the decoder's own configuration in an ES descriptor (ISO/IEC 14496-1, 7.2.6)."""
    at, kind, config = 0, 0, b""
    while at + 2 <= len(data):
        tag, at = data[at], at + 1
        size = 0
        for _ in range(4):
            if at >= len(data):
                return kind, config
            byte, at = data[at], at + 1
            size = size << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == 3:
            flags = data[at + 2] if at + 2 < len(data) else 0
            at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
            if flags & 0x40:
                at += 1 + (data[at] if at < len(data) else 0)
        elif tag == 4:
            kind, at = (data[at] if at < len(data) else 0), at + 13
        elif tag == 5:
            return kind, data[at : at + size]
        else:
            at += size
    return kind, config


def _apply_aac(config: bytes, sound: Sound) -> None:
    bits = _Bits(config)
    kind = bits.object_type()
    rate = bits.rate()
    channels = bits.take(4)
    if kind in (5, 29):  # the rate that spectral band replication makes; 29 makes two channels of one
        sound.rate = bits.rate()
        sound.channels = 2 if kind == 29 and channels == 1 else _CHANNELS.get(channels)
        return
    sound.channels = _CHANNELS.get(channels)
    # Half rates may be doubled by a decoder that finds band replication in the packets, mono may become stereo.
    sound.rate = rate if rate is None or rate > 24000 or kind != 2 or _is_plain(bits) else None
    if sound.rate is None and channels == 1:
        sound.channels = None


def _is_plain(bits: "_Bits") -> bool:
    """Report whether what follows the channels says that there is no band replication (ISO/IEC 14496-3, 1.6.5.1)."""
    short, depends = bits.take(1), bits.take(1)
    if short or depends or bits.take(1):
        return False
    return bits.left >= 17 and bits.take(11) == _SYNC and bits.take(5) == 5 and not bits.take(1)


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), len(data) * 8

    @property
    def left(self) -> int:
        return self._left

    def take(self, count: int) -> int:
        if count > self._left:
            self._left = 0
            return 0
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def object_type(self) -> int:
        kind = self.take(5)
        return 32 + self.take(6) if kind == 31 else kind

    def rate(self) -> int | None:
        index = self.take(4)
        if index == 15:
            return self.take(24)
        return _RATES[index] if index < len(_RATES) else None
