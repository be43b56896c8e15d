"""Finds the files of a result in the answers of everyday task APIs: links, paths, `data:` URLs, base64."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from AIGCLibrary.tasks.providers.envelopes import DEEPEST, folded, opened, parts

_RESULT = re.compile(
    r"result|output|video|image|audio|music|file|media|asset|artifact|works?$|generat|sample|track|clip|song|picture"
    r"|photo|creation|attachment|choices$|data|content|response|payload|item|list|download|base64|b64|(url|uri|link|href|src)s?$"
    r"|^(task|job|detail|info|record|body|object)s?$"
    r"|^return|^transcript|render|rendition|export|deliver|outcome|product$|^completion$|^stems?$|final|location|^pics?$|^(mp4|webm|mov|gif|png|jpe?g|webp|mp3|wav|glb|zip)s?$"
    r"|结果|作品|成品|视频|图片|图像|音频|音乐|文件|下载|地址|链接|输出|产物"
)
"""Names, beside the state of a task, that lead to files of its result."""
_NO_RESULT = re.compile(
    r"^(get|self|next|prev|previous|cancel|status|poll|queue|stream(ing)?|hls|dash|web|api|share|docs?|help)$"
    r"|^(icon|logo|avatar|mask|error|model|user|owner|workflow)s?$"
    r"|^(status|cancel|response|poll|queue|stream(ing)?|hls|dash|web|share|docs?|help)(url|uri|link|href|endpoint)s?$"
    r"|^(edit(or)?|project|dashboard|console|studio|player|embed|login|billing|upgrade|pricing)(url|uri|link|href)s?$"
    r"|^mediafileuri$|input|param|prompt|request|timeline|storyboard|modification|template|reference|^ref(image|video|url)|^source|^init|origin(al)?(image|video|file|picture)"
    r"|(first|last|start|end|tail|head)(frame|image)|callback|webhook|notif|preview|thumb|cover|poster"
    r"|输入|提示|参数|参考|原图|首帧|尾帧|遮罩|回调|预览|封面|缩略"
)
"""Names of what is no result, wherever they are: inputs, previews, callbacks, links to the API itself."""
_ONE_FILE = (
    "url", "uri", "href", "src", "link", "downloadurl", "fileurl", "signedurl", "publicurl", "cdnurl", "originurl",
    "resource", "resourcewithoutwatermark", "nowatermarkurl", "watermarkedurl", "watermarkurl",
)  # fmt: skip
"""Names for the address of one and the same file, the one that is preferred first."""
_FACTS = {
    "name": ("filename", "name"),
    "media_type": ("mimetype", "contenttype", "mediatype"),
    "size": ("size", "filesize"),
}
_ROLES = ("type", "kind", "role", "purpose", "category", "rel")
_SIDE = frozenset({
    "preview", "thumbnail", "thumb", "cover", "poster", "input", "reference", "source", "mask",
    "self", "status", "cancel", "next", "prev", "up", "docs",
})  # fmt: skip
"""What the role of an item says of a file that is no result."""
_ABOUT = ("meta", "metadata")
"""Objects of what is said of a task; a few products have the result in there."""
_PLAYED = frozenset({"video", "audio", "media"})
"""What has `sources`, as an element of a page has; elsewhere they are inputs."""
_MARKDOWN = re.compile(r"\[[^\[\]\n]*\]\((https?://[^\s)]+)\)")
_SEVERAL = re.compile(r"(?<![,;|\s])[,;|\s]++(?=https?://)")
_LINK = re.compile(r"(https?|data|gs|s3|oss|cos|tos|obs|minio)://?\S|data:", re.IGNORECASE)
_PATH = re.compile(
    r"[^\s:?#]*/[^\s:?#]+\.(mp4|mov|webm|mkv|avi|m4v|gif|png|jpe?g|webp|avif|bmp|tiff?|svg|mp3|wav|flac|ogg|m4a|aac|opus"
    r"|glb|gltf|obj|fbx|usdz|ply|stl|zip|pdf|pptx|srt|vtt|json|txt)(\?\S*)?",
    re.IGNORECASE,
)
"""A path below the product's address: /media/out/7.mp4."""
_SHAPE = re.compile(r"://[^?#]+\.(glb|gltf|obj|fbx|usdz|ply|stl|3mf|splat|spz)([?#]|$)", re.IGNORECASE)
"""A link to a file of a shape in space."""
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{64,}={0,2}")
_MAGIC = (
    ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"),
    ("SUQz", "audio/mpeg"), ("GkXfo", "video/webm"), ("T2dnU", "audio/ogg"),
    ("ZkxhQ", "audio/flac"),
)  # fmt: skip
"""How the first bytes of media look in base64; for RIFF see `_media_type`."""

_HEARD = re.compile(r"^(audio|video|media)(file)?(url|uri|link)?$")
"""Names of what a transcription has heard."""

_Leaf = tuple[str, tuple[tuple[str, Any], ...]]
"""A link, and what its object says of the file."""


def files(body: Any) -> list[Any]:
    """Return everything that leads to a file of the result, with what is said of the file.

    What lists and objects of results hold goes before links beside the state, which may as well be inputs. Paths
    below the product's own address count where there is no link.
    """
    for absolute in (True, False):
        for part in parts(body):
            made = {name: value for name, value in part.items() if not (_HEARD.search(name) and _is_recognition(part))}
            nested = {name: value for name, value in made.items() if isinstance(opened(value), dict | list)}
            flat = {name: value for name, value in made.items() if name not in nested}
            for some in (nested, flat):
                found = list(dict.fromkeys(_leaves(some, 0, absolute)))
                if found:
                    return [_file(link, dict(about)) for link, about in found]
    found = list(dict.fromkeys(leaf for part in parts(body) for leaf in _beside(part)))
    return [_file(link, dict(about)) for link, about in found]


def _is_recognition(part: Mapping[str, Any]) -> bool:
    """Return whether an object is what was recognised in a recording: speech that was made is never uncertain."""
    return isinstance(part.get("text"), str) and ("confidence" in part or "utterances" in part)


def _beside(part: Mapping[str, Any]) -> Iterator[_Leaf]:
    """Find the links in what is said of a task, by names of results alone: `{"meta": {"track_url": …}}`."""
    for about in map(opened, map(part.get, _ABOUT)):
        if isinstance(about, dict):
            yield from _leaves(folded(about), 0, True)


def _leaves(part: Mapping[str, Any], depth: int, absolute: bool, around: str = "") -> Iterator[_Leaf]:
    """Find the links below an object; of several names for one address the first counts."""
    if depth and any(str(part.get(name, "")).casefold() in _SIDE for name in _ROLES):
        return
    alike = next((name for name in _ONE_FILE if isinstance(part.get(name), str) and part[name]), None)
    for name, value in part.items():
        repeated = name in _ONE_FILE and name != alike and isinstance(value, str)
        excluded = _NO_RESULT.search(name) and not (name == "sources" and around in _PLAYED) and not _is_shape(value)
        if not repeated and not excluded and (depth or _RESULT.search(name)):
            yield from _links_in(opened(value), name, part, depth, absolute)


def _is_shape(value: Any) -> bool:
    """Return whether what is called "model" is one that was made, a file of a shape, and not the name of a network."""
    link = next(filter(None, map(value.get, _ONE_FILE)), None) if isinstance(value, dict) else value
    return isinstance(link, str) and _SHAPE.search(link) is not None


def _links_in(value: Any, name: str, part: Mapping[str, Any], depth: int, absolute: bool) -> Iterator[_Leaf]:
    if depth > DEEPEST:
        return
    if isinstance(value, str) and (links := _links(value, name, absolute)):
        about = {key: value for key, value in part.items() if isinstance(value, str | int) and len(str(value)) < 300}
        about = {key: value for key, value in about.items() if not _LINK.match(str(value))}
        yield from ((link, tuple(sorted(about.items())) if depth else ()) for link in links)
    elif isinstance(value, list):
        for item in value:
            yield from _links_in(item, name, {}, depth + 1, absolute)
    elif isinstance(value, dict):
        yield from _leaves(folded(value), depth + 1, absolute, name)


def _links(text: str, name: str, absolute: bool) -> list[str]:
    """Return where a text leads to: one link, several with commas between them, or those of Markdown."""
    found = _SEVERAL.split(text.strip()) if absolute and text.count("://") > 1 else []
    if len(found) > 1 and all(map(_LINK.match, found)):
        return found
    link = _link(text, name, absolute)
    return [link] if link else _MARKDOWN.findall(text) if absolute else []


def _link(text: str, name: str, absolute: bool) -> str | None:
    """Return where a text leads to; None for one that leads nowhere."""
    if not absolute:
        return text if "name" not in name and len(text) < 1000 and _PATH.fullmatch(text) else None
    if _LINK.match(text):
        return text
    if not _BASE64.fullmatch(text.strip()):
        return None
    media_type = _media_type(text)
    named = "base64" in name or "b64" in name
    return f"data:{media_type or 'application/octet-stream'};base64,{text}" if media_type or named else None


def _media_type(text: str) -> str | None:
    """Return the type of media in base64, from its first bytes."""
    if text.startswith("AAAA"):
        return "video/mp4" if "Z0eX" in text[:12] else None
    if text.startswith("UklGR") and "V0FWRQ" in text[:24]:
        return "audio/wav"
    return next((media_type for magic, media_type in _MAGIC if text.startswith(magic)), None)


def _file(link: str, about: Mapping[str, Any]) -> Any:
    facts = {to: about[name] for to, names in _FACTS.items() for name in names if name in about}
    return {"url": link, **facts} if facts else link
