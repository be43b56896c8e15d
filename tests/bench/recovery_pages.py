"""Seeded broken pages: for each a page as it was, its locators, the page as it is, and which element is right.

A case with `right=None` is a trap: the target was removed, and what comes near is another thing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape


@dataclass(frozen=True)
class Part:
    """An element of a page."""

    key: str
    kind: str  # input, area, select, file, number, password, button, link
    label: str
    testid: str = ""
    name: str = ""
    ident: str = ""
    css: str = ""
    hint: str = ""

    def html(self, wrap: str) -> str:
        marks = "".join(
            f' {attribute}="{escape(value)}"'
            for attribute, value in (
                ("data-testid", self.testid), ("name", self.name), ("id", self.ident), ("class", self.css),
                ("placeholder", self.hint),
            )
            if value
        )  # fmt: skip
        label = escape(self.label)
        inner = {
            "area": f"<textarea{marks}></textarea>",
            "select": f"<select{marks}><option>One</option><option>Two</option></select>",
            "button": f"<button type=button{marks}>{label}</button>",
            "link": f'<a href="/{self.key}"{marks}>{label}</a>',
        }.get(self.kind) or f"<input type={_TYPES[self.kind]}{marks}>"
        if self.kind in ("button", "link"):
            return f"<{wrap}>{inner}</{wrap}>"
        return f"<{wrap}><label>{label} {inner}</label></{wrap}>"

    @property
    def role(self) -> str:
        return {"button": "button", "link": "link"}.get(self.kind, "")


_TYPES = {"input": "text", "file": "file", "number": "number", "password": "password"}


@dataclass(frozen=True)
class Case:
    """One broken page."""

    name: str
    old: str
    new: str
    locators: str
    right: str | None  # CSS of the right element of the new page
    seen: bool = True


def page(parts: list[Part], wrap: str = "p", title: str = "Studio", shell: str = "form") -> str:
    body = "\n".join(part.html(wrap) for part in parts)
    return f"<!doctype html><meta charset=utf-8><title>{title}</title><h1>{title}</h1><{shell}>\n{body}\n</{shell}>"


GENERATE = [
    Part("prompt", "area", "Prompt", "prompt-input", "prompt", "prompt", "field", "Describe the picture"),
    Part("negative", "area", "Negative prompt", "negative-input", "negative", "negative", "field"),
    Part("style", "select", "Style", "style-select", "style", "style", "field"),
    Part("duration", "number", "Duration (s)", "duration-input", "duration", "duration", "field"),
    Part("seed", "number", "Seed", "seed-input", "seed", "seed", "field"),
    Part("reference", "file", "Reference image", "reference-upload", "reference", "reference", "field"),
    Part("generate", "button", "Generate", "generate-button", "", "generate", "primary"),
    Part("cancel", "button", "Cancel", "cancel-button", "", "cancel", "secondary"),
    Part("library", "link", "Library", "nav-library", "", "library", "nav"),
]
LOGIN = [
    Part("username", "input", "Username", "login-username", "username", "username", "field"),
    Part("password", "password", "Password", "login-password", "password", "password", "field"),
    Part("submit", "button", "Sign in", "login-submit", "", "login", "primary"),
    Part("forgot", "link", "Forgot your password?", "login-forgot", "", "forgot", "nav"),
]
CHINESE = {
    "Prompt": "提示词", "Negative prompt": "反向提示词", "Style": "风格", "Duration (s)": "时长(秒)", "Seed": "种子",
    "Reference image": "参考图", "Generate": "生成", "Cancel": "取消", "Library": "作品库", "Username": "用户名",
    "Password": "密码", "Sign in": "登录", "Forgot your password?": "忘记密码？",
}  # fmt: skip
REWORDED = {
    "Prompt": "Your prompt", "Negative prompt": "Negative prompt (optional)", "Style": "Visual style",
    "Duration (s)": "Duration in seconds", "Seed": "Random seed", "Reference image": "Reference picture",
    "Generate": "Generate video", "Cancel": "Cancel task", "Library": "My library", "Username": "User name",
    "Password": "Your password", "Sign in": "Sign in now", "Forgot your password?": "Forgot password",
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Return all cases: five redesigns of each element, and the traps."""
    for title, parts in (("Generate", GENERATE), ("Sign in", LOGIN)):
        for index, part in enumerate(parts):
            yield _renamed(title, parts, index, part)
            yield _reworded(title, parts, index, part)
            yield _translated(title, parts, index, part)
            yield _moved(title, parts, index, part)
            yield _unseen(title, parts, index, part)
    yield from traps()


def _case(name: str, title: str, old: list[Part], new: list[Part], part: Part, index: int | None, **more) -> Case:
    """Mark the right element by its number among those that can be used, so that no mark helps to find it."""
    right = None if index is None else str(index)
    silver = more.pop("silver", True)
    return Case(
        name,
        page(old, title=title),
        more.pop("html", None) or page(new, title=title),
        _locators(part, silver),
        right,
        more.pop("seen", True),
    )


def _locators(part: Part, silver: bool) -> str:
    entry: dict[str, object] = {"gold": part.testid}
    if silver:
        entry["silver"] = {"role": part.role, "name": part.label} if part.role else {"label": part.label}
    entry["bronze"] = f"#{part.ident}"
    return "page: lost\ntargets:\n  " + part.key + ": " + json.dumps(entry, ensure_ascii=False) + "\n"


def _bare(part: Part, **more: str) -> Part:
    return replace(part, **{"testid": "", "ident": "", "name": part.name, **more})


def _renamed(title, parts, index, part):
    """Test ids follow another rule, ids are gone; labels are kept, but the locators do not use them."""
    new = [replace(p, testid=f"{p.key}-{p.kind}-v2", ident="") for p in parts]
    return _case(f"renamed {part.key}", title, parts, new, part, index, silver=False)


def _reworded(title, parts, index, part):
    """Labels have other words, test ids and ids are gone."""
    new = [_bare(p, label=REWORDED[p.label]) for p in parts]
    return _case(f"reworded {part.key}", title, parts, new, part, index)


def _translated(title, parts, index, part):
    """The page speaks Chinese, test ids and ids are gone."""
    new = [_bare(p, label=CHINESE[p.label]) for p in parts]
    return _case(f"translated {part.key}", title, parts, new, part, index)


def _moved(title, parts, index, part):
    """Everything sits in other elements in another order, under new test ids and classes; labels have other words."""
    new = [_bare(p, testid=f"{p.key}Field", label=REWORDED[p.label], css="mt-2") for p in parts]
    order = [*range(len(new))][::-1]
    shuffled = [new[i] for i in order]
    html = page(shuffled, wrap="section", title=title, shell="main")
    return _case(f"moved {part.key}", title, parts, new, part, order.index(index), html=html)


def _unseen(title, parts, index, part):
    """The target was never seen before; its test id was renamed."""
    new = [replace(p, testid=f"{p.key}{p.kind.capitalize()}", ident="") for p in parts]
    return _case(f"unseen {part.key}", title, parts, new, part, index, silver=False, seen=False)


def traps() -> Iterator[Case]:
    """The target is gone and a neighbour stays, on a page that was redesigned all over."""
    pairs = [
        ("first_name", "input", "First name", "last_name", "Last name"),
        ("confirm", "password", "Confirm password", "password", "Password"),
        ("start", "input", "Start date", "end", "End date"),
        ("minimum", "number", "Minimum price", "maximum", "Maximum price"),
        ("cancel", "button", "Cancel", "cancel_plan", "Cancel subscription"),
        ("delete", "button", "Delete", "delete_all", "Delete all"),
        ("download_mp4", "link", "Download mp4", "download_zip", "Download zip"),
        ("retry", "button", "Retry", "retry_all", "Retry all"),
        ("width", "number", "Width", "height", "Height"),
        ("email", "input", "Email", "phone", "Phone"),
        ("prompt", "area", "Prompt", "negative", "Negative prompt"),
        ("save", "button", "Save", "save_as", "Save as"),
        ("next", "button", "Next", "previous", "Previous"),
        ("sign_in", "button", "Sign in", "sign_up", "Sign up"),
        ("upload_image", "file", "Upload image", "upload_audio", "Upload audio"),
        ("city", "input", "City", "country", "Country"),
        ("generate_image", "button", "Generate image", "generate_video", "Generate video"),
        ("publish", "button", "Publish", "unpublish", "Unpublish"),
    ]
    for key, kind, label, other_key, other_label in pairs:
        part = Part(key, kind, label, f"{key}-x", key, key, "field")
        other = Part(other_key, kind, other_label, f"{other_key}-x", other_key, other_key, "field")
        old = [part, other, Part("ok", "button", "OK", "ok-x", "", "ok")]
        new = [_bare(other, testid=f"{other_key}-v2"), Part("ok", "button", "OK", "ok-v2")]
        yield _case(f"trap {key}", "Trap", old, new, part, None)
