"""Finds the words of a label of generated content among lines of text that were read in a picture."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from AIGCLibrary.files.reading.reader import TextLine, follows

# GB 45438-2025, 5.2 to 5.4: 人工智能 or AI, together with 生成 or 合成. Readers take the I of AI for l, 1 or |.
_AI = r"(?:人工智能|人工智慧|(?<![A-Z])A[I1L|!](?![A-Z]))"
# 生成式 and 生成器 (generative, generator), 合成器 and materials are other words.
_MADE = r"(?:生成(?![式器])|合成(?![器纤橡树材革氨]))"
# Words between both that make a sentence of another meaning: an AI that helps somebody to generate something.
_BETWEEN = r"(?:(?!帮|助手|让|一键|快速|如何|怎么|教程|[你您我他]).)"
# "未使用", "非", "禁止": the text denies it; readers take 未 for 末 or 木.
_DENIED_CHINESE = re.compile(
    r"(?:[非未末木无不勿]|没有|禁止|拒绝|谢绝|反对)(?:是|经|含|包含|使?用|由|任何|通过|利用|借助)*$"
)
# The other way round only words of a label lie between: "生成方式：AI".
_AFTER = r"(?:方式|来源|工具|内容|合成|声音|音频|图像|图片|视频|技术|模型|作者|主体|由|于|为|BY|及|或|[(/])"
_FORWARD = rf"{_AI}{_BETWEEN}{{0,12}}?{_MADE}"
_CHINESE = re.compile(rf"{_FORWARD}|{_MADE}{_AFTER}{{0,3}}{_AI}")
_CHINESE_ON_TWO_LINES = re.compile(_FORWARD)
_WRITTEN_OUT = r"(?:(?<![A-Z])A[I1L|!](?![A-Z])|ARTIFICIAL INTELLIGENCE)"
_ENGLISH = re.compile(
    rf"{_WRITTEN_OUT}[ -]{{0,2}}(?:GENERATED|CREATED|MADE|SYNTHE\w+|GENERATION)"
    r"|(?<![A-Z])(?:GENERATED|CREATED|MADE|PRODUCED) (?:BY|WITH|USING) (?:AN? )?(?:GENERATIVE )?"
    rf"{_WRITTEN_OUT}"
)
_DENIED_ENGLISH = re.compile(r"(?:\bNOT?|\bNON|\bNEVER|\bWITHOUT|\bZERO|N['’]T)[ -](?:\w+ ){0,2}$")

BLUR = 0.5
"""Pixels by which edges are less certain in a picture that was enlarged to be read."""


@dataclass(frozen=True, slots=True)
class LabelText:
    """A label that was read.

    Args:
        text: Its words as they were read.
        chinese: It has the words that GB 45438-2025 demands.
        box: Left, top, width and height in pixels.
        height: Bounds of the height of its tallest character in pixels.
    """

    text: str
    chinese: bool
    box: tuple[int, int, int, int]
    height: tuple[float, float]

    def moved(self, factor: float, top: int) -> "LabelText":
        """Return the label as it is in the picture of which a part, from row `top` on, was read at another size."""
        left, above, width, height = (round(value * factor) for value in self.box)
        low, high = self.height
        return replace(
            self,
            box=(left, above + top, width, height),
            height=(round(low * factor - BLUR, 1), round(high * factor + BLUR, 1)),
        )


def find_label(lines: Sequence[TextLine]) -> LabelText | None:
    """Return the label among lines of text: one with the demanded words first, the taller one of two."""
    found = [label for group in _groups(lines) if (label := _label(group)) is not None]
    return max(found, key=lambda label: (label.chinese, label.height[0]), default=None)


def says_label(text: str) -> bool:
    """Return whether a text has the words that GB 45438-2025 demands."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return _says(_CHINESE, _DENIED_CHINESE, re.sub(r"[\s.·,，。:：_-]+", "", plain))


def _label(group: Sequence[TextLine]) -> LabelText | None:
    text = " ".join(line.text for line in group)
    plain = unicodedata.normalize("NFKC", text).upper()
    chinese = _says(
        _CHINESE if len(group) == 1 else _CHINESE_ON_TWO_LINES, _DENIED_CHINESE, re.sub(r"[\s.·,，。:：_-]+", "", plain)
    )
    if not chinese and not _says(_ENGLISH, _DENIED_ENGLISH, re.sub(r"\s+", " ", plain)):
        return None
    left, top = min(line.box[0] for line in group), min(line.box[1] for line in group)
    right = max(line.box[0] + line.box[2] for line in group)
    bottom = max(line.box[1] + line.box[3] for line in group)
    tallest = max(group, key=lambda line: line.height[1])
    return LabelText(text, chinese, (left, top, right - left, bottom - top), tallest.height)


def _says(words: re.Pattern[str], denied: re.Pattern[str], text: str) -> bool:
    """Return whether a text has the words, and nothing before them that denies them."""
    return any(denied.search(text[: match.start()]) is None for match in words.finditer(text))


def _groups(lines: Sequence[TextLine]) -> Iterator[tuple[TextLine, ...]]:
    """Return single lines first, then pairs that lie side by side or one below the other."""
    yield from ((line,) for line in lines)
    for text_line in lines:
        for other in lines:
            if text_line is not other and follows(text_line.box, other.box):
                yield text_line, other
