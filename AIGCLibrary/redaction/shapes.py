"""Shapes of well-known tokens, as regular expressions: how each begins, and what follows."""

import re
from collections.abc import Iterator

_LETTERS = r"[A-Za-z0-9]"
_HEX = r"[0-9a-f]"
_MODEL_KEY = r"(?=[A-Za-z_-]{0,200}\d)[A-Za-z0-9_-]{16,}"
_SHAPES = {
    "eyJ": r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",  # JWT
    # models
    "sk-": _MODEL_KEY, "pk-": _MODEL_KEY, "rk-": _MODEL_KEY,  # OpenAI, Anthropic, DeepSeek and others
    "sk_": rf"(?:live|test)_{_LETTERS}{{16,}}|{_HEX}{{40,}}",  # Stripe, ElevenLabs
    "rk_": rf"(?:live|test)_{_LETTERS}{{16,}}",
    "r8_": rf"{_LETTERS}{{20,}}", "hf_": rf"{_LETTERS}{{20,}}", "gsk_": rf"{_LETTERS}{{40,}}",
    "xai-": rf"{_LETTERS}{{60,}}", "pplx-": rf"{_LETTERS}{{40,}}", "nvapi-": r"[\w-]{40,}",
    "tgp_v1_": r"[\w-]{30,}", "csk-": r"[a-z0-9]{40,}", "tvly-": r"[\w-]{24,}", "rpa_": rf"{_LETTERS}{{30,}}",
    "fw_": rf"{_LETTERS}{{22,}}", "jina_": rf"{_LETTERS}{{40,}}", "lsv2_": r"(?:pt|sk)_[0-9a-f_]{32,}",
    "key_": rf"{_HEX}{{64,}}", "luma-": r"[0-9a-f-]{36,}", "pat_": rf"{_LETTERS}{{60,}}",  # Runway, Luma, Coze
    "bce-v3/": rf"[A-Z]{{1,20}}-\w{{1,80}}/{_HEX}{{32,}}",  # Baidu Qianfan
    # clouds
    "AKIA": r"[0-9A-Z]{16}\b", "ASIA": r"[0-9A-Z]{16}\b", "AIza": r"[\w-]{30,}", "AQ.": r"[\w-]{40,}",
    "LTAI": rf"{_LETTERS}{{12,}}", "AKID": rf"{_LETTERS}{{28,}}", "ya29.": r"[\w-]{20,}", "GOCSPX-": r"[\w-]{20,}",
    "dapi": rf"{_HEX}{{32}}\b", "dop_v1_": rf"{_HEX}{{40,}}", "hvs.": r"[\w-]{24,}",
    # code, mail, work
    "ghp_": rf"{_LETTERS}{{20,}}", "gho_": rf"{_LETTERS}{{20,}}", "ghu_": rf"{_LETTERS}{{20,}}",
    "ghs_": rf"{_LETTERS}{{20,}}", "ghr_": rf"{_LETTERS}{{20,}}", "github_pat_": r"\w{20,}",
    "glpat-": r"[\w-]{16,}", "gldt-": r"[\w-]{16,}", "glrt-": r"[\w-]{16,}", "glptt-": rf"{_HEX}{{32,}}",
    "npm_": rf"{_LETTERS}{{30,}}", "pypi-AgE": r"[\w-]{40,}", "dckr_pat_": r"[\w-]{20,}",
    "xox": r"[abeprs]-[\w-]{10,}", "xapp-": r"\d-[\w-]{20,}", "whsec_": r"[A-Za-z0-9+/=]{8,}",
    "SG.": r"[\w-]{16,}\.[\w-]{30,}", "key-": rf"{_HEX}{{32}}\b", "shpat_": rf"{_HEX}{{32}}\b",
    "ATATT3": r"[\w=-]{40,}", "lin_api_": rf"{_LETTERS}{{30,}}", "ntn_": rf"{_LETTERS}{{40,}}",
    "figd_": r"[\w-]{30,}", "sntrys_": r"[\w+/=-]{40,}", "NRAK-": r"[A-Z0-9]{20,}", "PMAK-": r"[0-9a-f-]{40,}",
    "ops_eyJ": r"[\w+/=-]{40,}", "AGE-SECRET-KEY-1": r"[A-Z0-9]{50,}",
}  # fmt: skip


def _pattern(start: str, rest: str) -> re.Pattern[str]:
    """Return a pattern that begins with letters, which are found fast, and looks back behind them."""
    before = "[A-Za-z0-9_-]" if start in ("eyJ", "sk-", "pk-", "rk-") else "[A-Za-z0-9_]"
    letters = re.escape(start)
    return re.compile(rf"{letters}(?<!{before}{letters})(?:{rest})", re.ASCII)


_PATTERNS = {start: _pattern(start, rest) for start, rest in _SHAPES.items()}


def may_hold_token(text: str) -> bool:
    """Return quickly whether a text may hold what has the shape of a well-known token; False is certain."""
    return any(start in text for start in _PATTERNS)


def tokens_in(text: str) -> Iterator[tuple[int, int]]:
    """Return where a text holds what has the shape of a well-known token, in the order of the places."""
    spans = [found.span() for start, pattern in _PATTERNS.items() if start in text for found in pattern.finditer(text)]
    end = 0
    for first, last in sorted(spans):
        if last > end:
            yield max(first, end), last
            end = last
