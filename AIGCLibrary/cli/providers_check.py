"""`aigc providers check`: reads the samples of a file with its descriptions, and calls its hooks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from AIGCLibrary.cli.terminal import language, print_json, text
from AIGCLibrary.errors import ConfigError
from AIGCLibrary.i18n import Text, in_language

if TYPE_CHECKING:
    from AIGCLibrary.tasks.providers.loader import Providers


def check(providers: "Providers", files: list[Path], *, as_json: bool) -> int:
    """Check the files and print what was found.

    Returns:
        0; 1 where a sample is read otherwise than it says.

    Raises:
        ConfigError: There is no file, or one is wrong.
    """
    if not files:
        raise ConfigError("There is no provider file to check.", hint=Text("cli.hint.providers"))
    found = [_checked(providers, name) for file in files for name in providers.load(file)]
    samples = [sample for provider in found for sample in provider["samples"]]
    bad = sum(bool(sample["problems"]) for sample in samples)
    if as_json:
        print_json({"providers": found, "samples": len(samples), "wrong": bad})
        return int(bool(bad))
    lang = language()
    for provider in found:
        _print(provider, lang)
    if not samples:
        print(text("providers.well_formed", lang))
    else:
        print(text("providers.read", lang, good=len(samples) - bad, all=len(samples)))
    return int(bool(bad))


def _checked(providers: "Providers", name: str) -> dict[str, Any]:
    """Read the samples of a provider; `sign` of its hook is called on a request, as a task would."""
    from AIGCLibrary.tasks.providers.samples import check_samples, check_signing, facts

    hook, hooks = providers.get(name).hook, []
    if hook is not None and hook.sign is not None:
        hooks.append(f"sign of {hook.path.name} adds {', '.join(check_signing(hook)) or 'no header'}")
    if hook is not None and hook.prepare is not None:
        hooks.append(f"prepare of {hook.path.name} needs the product and was not called")
    samples = []
    for number, sample in enumerate(providers.entry(name).data.get("samples") or [], 1):
        (result,) = check_samples(providers.reader(name, sample.get("kind")), [sample])
        read = facts(result.snapshot)
        samples.append(
            {
                "sample": result.name or f"sample {number}",
                "state": read["state"],
                "trouble": read["trouble"],
                "id": read["id"],
                "problems": list(result.problems),
            }
        )
    return {"provider": name, "hooks": hooks, "samples": samples}


def _print(found: dict[str, Any], lang: str) -> None:
    name, samples = found["provider"], found["samples"]
    for line in found["hooks"]:
        print(text("providers.hook", lang, name=name, hook=in_language(line, lang)))
    print(text("providers.samples" if samples else "providers.no_samples", lang, name=name, n=len(samples)))
    for sample in samples:
        order = sample["trouble"] == "unreadable" and sample["id"] is not None
        name, value = ("id", sample["id"]) if order else ("trouble", sample["trouble"])
        shown = sample["state"] or text(f"providers.{name}", lang, **{name: value})
        verdict = "wrong" if sample["problems"] else "right"
        print(text(f"providers.{verdict}", lang, sample=sample["sample"], read=shown))
        for problem in sample["problems"]:
            print(f"        {in_language(problem, lang)}")
