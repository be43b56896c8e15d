"""What one pass over picture and sound found."""

from dataclasses import dataclass, field

from AIGCLibrary.files.quality.spans import Spans


@dataclass(slots=True)
class Measured:
    """What one pass found.

    Args:
        scan: `full` or `keyframes`.
        origin: Time stamp at which playing begins; `concealed`, cuts and spans are counted from there.
        frames: Pictures that were decoded.
        first_blank: The first frame is of one colour.
        first_picture: Seconds at which the first picture is shown; `first_sound` at which sound begins.
        last_picture: Seconds at which the picture ends, by its packets.
        last_sound: Seconds at which the sound ends, by its packets.
        loudness: Integrated loudness, LUFS; `loudness_range` in LU.
        peak: Highest sample, dBFS; `true_peak` between the samples, dBTP, where it was asked for.
        clipped: Share of samples at full scale, 0 to 1.
        dead: Numbers of the channels in which nothing is heard while others carry sound.
        phase: Mean phase of a stereo sound: 1 alike, 0 unrelated, -1 each the opposite of the other.
        concealed: Seconds of the frames that the decoder had to make up.
        cuts: Seconds at which another shot begins; None where it was not looked for.
        colour_shift: Levels by which colours jump, and when; None where it was not looked for.
        undecodable: Packets of which the decoder made nothing.
        tacit: Streams whose decoders report damage in their log alone: number, and whether it is a picture.
    """

    scan: str
    black: Spans
    frozen: Spans
    silent: Spans
    origin: float = 0.0
    frames: int = 0
    first_blank: bool = False
    first_picture: float | None = None
    first_sound: float | None = None
    last_picture: float = 0.0
    last_sound: float = 0.0
    loudness: float | None = None
    loudness_range: float | None = None
    true_peak: float | None = None
    peak: float | None = None
    clipped: float | None = None
    dead: list[int] = field(default_factory=list)
    channels: int = 0
    phase: float | None = None
    samples: int = 0
    concealed: list[float] = field(default_factory=list)
    undecodable: int = 0
    cuts: list[float] | None = None
    colour_shift: tuple[float, float | None] | None = None
    tacit: list[tuple[int, bool]] = field(default_factory=list)
