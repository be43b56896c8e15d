"""The page of the presets: the products whose task API the library describes."""

from __future__ import annotations

import functools

from AIGCLibrary.cli.draft_suite import keys_of, path_inputs
from AIGCLibrary.cli.helptext import translated
from AIGCLibrary.cli.providers import abilities, named_abilities
from AIGCLibrary.tasks.providers.loader import Providers
from AIGCLibrary.tasks.providers.samples import unproven
from sitegen.markdown import code, table
from sitegen.texts import translate

INTRO = (
    "A preset is a provider that comes with the library. `Submit Task    video    provider=NAME` uses it as it is; a "
    "file of your own changes it: `extends: NAME`. `aigc providers show NAME` prints it with notes and sources, "
    "`aigc providers try URL --provider NAME` submits one real task."
)
FALLBACK = "A product that is not listed is described by a provider file, which begins with `extends: generic`."


def presets(language: str = "en") -> str:
    """Describe the presets in a table."""
    say = functools.partial(translate, language=language)
    providers, rows = Providers(), []
    for name in providers.names():
        provider = providers.get(name)
        able = [word for word, described in abilities(provider).items() if described]
        able = [word for word in able if word not in unproven(providers, name)]
        needs = [*sorted(path_inputs(provider)), *sorted(keys_of(provider.auth))]
        title = translated(provider.title, language)
        rows.append((code(name), title, named_abilities(able, language), " ".join(map(code, needs))))
    head = [say(word) for word in ("Preset", "Product", "Abilities beyond state and result", "Inputs in paths, keys")]
    return "\n".join([f"# {say('Presets')}", "", say(INTRO), "", say(FALLBACK), "", *table(head, rows)])
