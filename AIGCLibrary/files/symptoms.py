"""What a person notices in a file, and the rule that finds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that people complain about.

    Args:
        noticed: What they say, in English.
        chinese: The same in Chinese.
        rule: The rule that finds it, as YAML.
        fails: A file that breaks it.
        passes: A file that does not.
    """

    noticed: str
    chinese: str
    rule: str
    fails: str
    passes: str


SYMPTOMS = (
    Symptom("the last sentence is cut off", "最后一句话没说完", "sound: {ends: natural}",
            "speech that stops while it is loud", "speech that fades, or is followed by 0.1 s of silence"),
    Symptom("the captions come too late, or ever later", "字幕慢了，或越来越慢", "sound: {captions: film.srt}",
            "cues 0.8 s behind speech; cues of 25 fps on a film of 24", "cues within 0.3 s of speech"),
    Symptom("the title is garbled or missing", "标题乱码或缺失", "text: {must: [夏日特惠]}",
            "a poster with 夏曰特惠", "a poster with 夏日 特惠 on one or two lines"),
    Symptom("there is a foreign watermark", "有别家的水印", 'text: {must_not: ["*pix*"]}',
            "“© somepix 2026” in one frame", "a picture without that text"),
    Symptom("nothing shows that it was generated", "看不出是 AI 生成的", "labels: {law: cn}",
            "no label; one of 3 % of the shorter side", "AI生成 at an edge, 5 % or more, and the metadata label"),
    Symptom("the picture is black for a while", "画面黑屏", "quality: {black: < 0.5 s}",
            "1 s of black in the middle", "a cut through black of 0.2 s"),
    Symptom("the picture stands still", "画面卡住不动", "quality: {frozen: < 3 s}",
            "the last 5 s repeat one frame", "a person who sits quietly"),
    Symptom("the sound is missing for a while", "有一段没有声音", "quality: {silent: < 2 s}",
            "3 s below -50 dBFS", "pauses between sentences"),
    Symptom("it is too loud or crackles", "声音太大或爆音", "true_peak: <= -1\nquality: {clipped: < 0.1 %}",
            "peaks at full scale", "peaks at -3 dBTP"),
    Symptom("one side has no sound", "只有一边有声音", "dead_channels: 0",
            "stereo with a silent right channel", "the same voice on both channels"),
    Symptom("sound and picture do not end together", "音画长度不一致", "quality: {length_gap: < 0.2 s}",
            "10 s of picture, 8 s of sound", "a gap of one frame"),
    Symptom("it is shorter than ordered", "时长不对", "duration: 4.5..5.5 s", "a film of 3.9 s", "a film of 5.04 s"),
    Symptom("it is blurred, or of one colour", "画面模糊或纯色", "quality: {blur: < 50, blank: false}",
            "a grey picture", "a picture with edges"),
    Symptom("it does not open", "打不开", "type: video/mp4\nintact: decoded",
            "half a file; packets overwritten with zeros", "a file that decodes without a complaint"),
)  # fmt: skip


def symptom_lines(language: str) -> list[str]:
    """Return the index as text, a symptom and its rule on one line."""
    chinese = language.startswith("zh")
    return [f"{one.chinese if chinese else one.noticed} → {one.rule.replace(chr(10), '; ')}" for one in SYMPTOMS]
