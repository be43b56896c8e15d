"""What a person notices in a file, and the rule that finds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that people complain about; texts are English and Chinese.

    Args:
        noticed: What they say.
        rule: The rule that finds it, as YAML.
        fails: A file that breaks it.
        passes: A file that does not.
    """

    noticed: tuple[str, str]
    rule: str
    fails: tuple[str, str]
    passes: tuple[str, str]


SYMPTOMS = (
    Symptom(
        ("the last sentence is cut off", "最后一句话没说完"),
        "sound: {ends: natural}",
        ("speech that stops while it is loud", "声音还很响时就断了"),
        ("speech that fades, or is followed by 0.1 s of silence", "逐渐收尾，或之后有 0.1 s 静音"),
    ),
    Symptom(
        ("it speaks too fast or too slowly", "语速太快或太慢"),
        "sound: {pace: 3..6, script: line.txt}",
        ("8 characters a second", "每秒 8 个字"),
        ("4 characters a second, pauses not counted", "每秒 4 个字（停顿不计）"),
    ),
    Symptom(
        ("nobody speaks for a long time", "很久没人说话"),
        "sound: {dead_air: < 3 s}",
        ("4 s of music between two sentences", "两句话之间有 4 s 只有音乐"),
        ("pauses of 1 s", "停顿 1 s"),
    ),
    Symptom(
        ("the captions come too late, or ever later", "字幕慢了，或越来越慢"),
        "sound: {captions: film.srt}",
        (
            "cues 0.8 s behind speech; cues of 25 fps on a film of 24",
            "字幕比语音晚 0.8 s；25 fps 的字幕配 24 fps 的片子",
        ),
        ("cues within 0.3 s of speech", "字幕与语音相差不超过 0.3 s"),
    ),
    Symptom(
        ("nobody can read the captions that fast", "字幕来不及看"),
        "subtitles: {reading_speed: <= 9}",
        ("12 characters in 1 s", "1 s 内 12 个字"),
        ("8 characters in 2 s", "2 s 内 8 个字"),
    ),
    Symptom(
        ("the film does not begin with my picture", "首帧不是我给的图"),
        "reference: {first: requested.png}",
        ("the film of another task", "别的任务的片子"),
        ("the picture scaled, cropped, padded or zoomed in by some percent", "缩放、裁剪、加黑边或略微推近的原图"),
    ),
    Symptom(
        ("there is a cut in a single shot", "单镜头里有跳切"),
        "quality: {cuts: 0}",
        ("two scenes in one film", "一条片子里有两个场景"),
        ("a pan, a zoom, a fade", "摇、推、淡出"),
    ),
    Symptom(
        ("the colours jump", "颜色突然变了"),
        "quality: {colour_shift: < 10}",
        ("the same scene 20 levels brighter from one frame to the next", "同一画面下一帧亮了 20 级"),
        ("light that changes over a second", "光线在一秒内慢慢变化"),
    ),
    Symptom(
        ("the title is garbled or missing", "标题乱码或缺失"),
        "text: {must: [夏日特惠]}",
        ("a poster with 夏曰特惠", "海报上写成“夏曰特惠”"),
        ("a poster with 夏日 特惠 on one or two lines", "海报上“夏日 特惠”写成一行或两行"),
    ),
    Symptom(
        ("there is a foreign watermark", "有别家的水印"),
        'text: {must_not: ["*pix*"]}',
        ("“© somepix 2026” in one frame", "某一帧里有“© somepix 2026”"),
        ("a picture without that text", "没有这段文字的图"),
    ),
    Symptom(
        ("nothing shows that it was generated", "看不出是 AI 生成的"),
        "labels: {law: cn}",
        ("no label; one of 3 % of the shorter side", "没有标识；标识高度只有短边的 3 %"),
        ("AI生成 at an edge, 5 % or more, and the metadata label", "边缘处有“AI生成”、高度不低于 5 %，并有隐式标识"),
    ),
    Symptom(
        ("the picture is black for a while", "画面黑屏"),
        "quality: {black: < 0.5 s}",
        ("1 s of black in the middle", "中间黑了 1 s"),
        ("a cut through black of 0.2 s", "转场黑 0.2 s"),
    ),
    Symptom(
        ("the picture stands still", "画面卡住不动"),
        "quality: {frozen: < 3 s}",
        ("the last 5 s repeat one frame", "最后 5 s 重复同一帧"),
        ("a person who sits quietly", "人安静地坐着"),
    ),
    Symptom(
        ("the sound is missing for a while", "有一段没有声音"),
        "quality: {silent: < 2 s}",
        ("3 s below -50 dBFS", "3 s 低于 -50 dBFS"),
        ("pauses between sentences", "句子之间的停顿"),
    ),
    Symptom(
        ("it is too loud or crackles", "声音太大或爆音"),
        "true_peak: <= -1\nquality: {clipped: < 0.1 %}",
        ("peaks at full scale", "峰值顶到满刻度"),
        ("peaks at -3 dBTP", "峰值 -3 dBTP"),
    ),
    Symptom(
        ("one side has no sound", "只有一边有声音"),
        "dead_channels: 0",
        ("stereo with a silent right channel", "立体声右声道无声"),
        ("the same voice on both channels", "两个声道同样的人声"),
    ),
    Symptom(
        ("sound and picture do not start together", "声音比画面晚出来"),
        "quality: {start_gap: < 0.1 s}",
        ("the sound stream starts at 0.4 s", "音轨从 0.4 s 才开始"),
        ("both streams start at 0", "两条流都从 0 开始"),
    ),
    Symptom(
        ("sound and picture do not end together", "音画长度不一致"),
        "quality: {length_gap: < 0.2 s}",
        ("10 s of picture, 8 s of sound", "画面 10 s，声音 8 s"),
        ("a gap of one frame", "相差一帧"),
    ),
    Symptom(
        ("it is shorter than requested", "时长不对"),
        "duration: 4.5..5.5 s",
        ("a film of 3.9 s", "片子 3.9 s"),
        ("a film of 5.04 s", "片子 5.04 s"),
    ),
    Symptom(
        ("it is blurred, or of one colour", "画面模糊或纯色"),
        "quality: {blur: < 50, blank: false}",
        ("a grey picture", "一张灰图"),
        ("a picture with edges", "有清晰边缘的图"),
    ),
    Symptom(
        ("it does not open", "打不开"),
        "type: video/mp4\nintact: decoded",
        ("half a file; packets overwritten with zeros", "只有半个文件；数据包被清零"),
        ("a file that decodes without a complaint", "解码无任何报错的文件"),
    ),
)


def symptom_lines(language: str) -> list[str]:
    """Return the index as text, a symptom and its rule on one line."""
    at = int(language.startswith("zh"))
    return [f"{symptom.noticed[at]} → {symptom.rule.replace(chr(10), '; ')}" for symptom in SYMPTOMS]


def symptom_rows(language: str) -> list[str]:
    """Return the index as the rows of a Markdown table: what is noticed, the rule, what fails, what passes."""
    at = int(language.startswith("zh"))
    rows = []
    for symptom in SYMPTOMS:
        rule = "<br>".join(f"`{line}`" for line in symptom.rule.splitlines())
        rows.append(f"| {symptom.noticed[at]} | {rule} | {symptom.fails[at]} | {symptom.passes[at]} |")
    return rows
