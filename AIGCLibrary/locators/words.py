"""Texts as people read them: without soft hyphens, icons and counters, and with words that mean the same."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

_COUNTER = re.compile(r"[(\[（]\s*\d+\s*[)\]）]")
_SHORTCUT = re.compile(
    r"[(\[（]\s*+(?:(?:ctrl|control|shift|alt|option|cmd|command|meta|win)(?:\s*+[-+]\s*+|\s++)|[⌘⌥⇧⌃]\s*+)++"
    r"[^\s()\[\]（）]{1,10}\s*+[)\]）]",
    re.IGNORECASE,
)
"""Keys that a name ends with: `Undo (Ctrl+Z)`, which differ from system to system."""
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_SYMBOLS = re.compile(r"[^\w\s]+|_+")
_WORD = re.compile(r"[^\W_]+")

# Labels that redesigns of generating products and their sign-in pages swap for one another.
_SAME = (
    {"generate", "create", "make", "produce", "render", "run", "生成", "创建", "创作", "制作", "产生"},
    {"prompt", "describe", "description", "idea", "提示词", "描述", "提示"},
    {"submit", "send", "apply", "ok", "done", "confirm", "提交", "发送", "确定", "确认", "应用"},
    {"login", "signin", "continue", "enter", "登录", "登入", "继续"},
    {"username", "user", "account", "email", "用户名", "账号", "帐号", "邮箱"},
    {"password", "passphrase", "passwort", "secret", "pin", "密码", "口令"},
    {"search", "find", "query", "filter", "搜索", "查找", "筛选"},
    {"save", "store", "keep", "保存", "存储"},
    {"download", "export", "下载", "导出"},
    {"upload", "attach", "import", "browse", "上传", "导入", "附件"},
    {"image", "picture", "photo", "图片", "图像", "图"},
    {"duration", "length", "time", "时长", "长度"},
    {"resolution", "size", "dimensions", "分辨率", "尺寸"},
    {"style", "look", "画风", "风格"},
    {"kind", "type", "category", "类型", "种类"},
    {"priority", "urgency", "优先级", "紧急程度"},
    {"reference", "inspiration", "参考", "灵感"},
    {"settings", "preferences", "options", "configuration", "设置", "选项", "偏好"},
    {"retry", "again", "重试", "再来"},
    {"next", "forward", "proceed", "下一步"},
    {"back", "previous", "return", "返回", "上一步"},
    {"add", "new", "新建", "添加", "新增"},
    {"edit", "change", "modify", "编辑", "修改"},
    {"title", "name", "heading", "标题", "名称", "名字"},
    {"script", "story", "剧本", "故事"},
    {"library", "gallery", "works", "作品库", "画廊"},
    {"tasks", "jobs", "production", "queue", "任务", "制作", "队列"},
    {"surname", "lastname", "familyname", "姓"},
    {"firstname", "givenname", "forename", "名"},
    {"basket", "cart", "bag", "购物车"},
    {"home", "overview", "dashboard", "start", "首页", "总览"},
)
_GROUP_KINDS = frozenset(
    (
        *("settings", "options", "preferences", "configuration", "panel", "section", "area", "form", "list", "table"),
        *("dialog", "window", "menu", "toolbar", "group", "card", "view", "page", "details", "info", "information"),
        *("设置", "选项", "偏好", *"列表单面板区域栏框窗口菜详情信息"),
    )
)
"""Words that say what kind of group something is."""
_FILLERS = frozenset(("a", "an", "the", "to", "of", "your", "my", "now", "please", "请", "的", "我", "您", "你"))
_MEANING: dict[str, set[int]] = {}
for _index, _group in enumerate(_SAME):
    for _one in _group:
        _MEANING.setdefault(_one, set()).add(_index)
_HAN = re.compile("|".join(sorted((re.escape(x) for x in _MEANING if not x.isascii()), key=len, reverse=True)) + "|.")


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Reduce a text to what is read: `✨ Ge­nerate (3)` → `generate`."""
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return " ".join(_SYMBOLS.sub(" ", _COUNTER.sub(" ", _SHORTCUT.sub(" ", text))).split()).lower()


@lru_cache(maxsize=20_000)
def meanings(text: str) -> frozenset[int]:
    """Return the groups of words with one meaning that a text touches."""
    low = plain(text)
    found = {group for word in _WORD.findall(low) for form in _forms(word) for group in _MEANING.get(form, ())}
    joined = low.replace(" ", "")
    found |= {group for first, two in pairwise(low.split()) for group in _MEANING.get(first + two, ())}
    found |= {group for word, groups in _MEANING.items() if not word.isascii() and word in joined for group in groups}
    if "signin" in joined or "login" in joined:
        found |= _MEANING["login"]
    return frozenset(found)


def _forms(word: str) -> tuple[str, ...]:
    """Return a word and its singular."""
    if word.endswith("ies"):
        return word, f"{word[:-3]}y"
    return (word, word[:-1]) if word.endswith("s") else (word,)


def expanded(names: Iterable[str]) -> set[str]:
    """Return the words of names together with all words that mean the same, in small letters."""
    found: set[str] = set()
    for word in (word for name in names for word in _said(name)):
        found |= {word, *(other for group in _meant(word) for other in _SAME[group])}
    return found


def same_meaning(ones: Iterable[str], others: Iterable[str]) -> float:
    """Return how far two sets of texts mean the same, 0 to 1."""
    mine = frozenset().union(*map(meanings, ones))
    theirs = frozenset().union(*map(meanings, others))
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


_OPPOSITE = ("un", "dis", "de", "non")
"""Beginnings of words that turn the meaning round."""


def turned_round(one: str, other: str) -> str:
    """Return the word of one name that is a word of the other with its meaning turned round: `Unpublish`, `Publish`."""
    return next(
        (
            long
            for short, long in (pair for a in _said(one) for b in _said(other) for pair in ((a, b), (b, a)))
            if len(short) > 3 and any(long == beginning + short for beginning in _OPPOSITE)
        ),
        "",
    )


def says_the_same(one: str, other: str) -> bool:
    """Return whether two names differ only in words of one meaning: `Generate image` and `Create picture` do.

    One word more makes it the name of something else: `Prompt` is not `Negative prompt`. Where every word is another,
    the product was reworded, and more may be said: `Generate` became `Create video`.
    """
    mine, theirs = _said(one), _said(other)
    if mine and not set(mine) & set(theirs) and all(any(_meant(a) & _meant(b) for b in theirs) for a in mine):
        return True
    return all(
        any(word == answer or _meant(word) & _meant(answer) for answer in others)
        for words, others in ((mine, theirs), (theirs, mine))
        for word in words
    )


@lru_cache(maxsize=20_000)
def _said(text: str) -> tuple[str, ...]:
    """Cut a text into words; scripts without spaces into known words and single letters."""
    cut: list[str] = []
    for word in _WORD.findall(plain(text)):
        if cut and cut[-1] + word in _MEANING:
            cut[-1] += word
        else:
            cut += [word] if word.isascii() else _HAN.findall(word)
    return tuple(word for word in cut if word not in _FILLERS) or tuple(cut)


def terms(text: str) -> frozenset[str]:
    """Return the words of a text, of Chinese the known words and single letters."""
    return frozenset(_said(text))


def share_a_word(one: str, other: str) -> bool:
    """Return whether two names of groups have a word in common that says more than what kind of group it is.

    `Edit cat` and `Edit moon` have one; `Voice settings` and `Account settings` have none.
    """
    mine, theirs = terms(one), terms(other)
    telling = mine - _GROUP_KINDS, theirs - _GROUP_KINDS
    return bool(telling[0] & telling[1] if all(telling) else mine & theirs)


def _meant(word: str) -> set[int]:
    return {group for form in _forms(word) for group in _MEANING.get(form, ())}
