"""The variables of a template for one preparation: given by the test, the environment, or the template itself."""

from collections.abc import Mapping
from typing import Any

from AIGCLibrary.data.environments import Environment
from AIGCLibrary.data.errors import ExpressionError, TemplateError
from AIGCLibrary.data.expand import Graph, expand
from AIGCLibrary.data.model import Template
from AIGCLibrary.data.names import Situation
from AIGCLibrary.errors import near_matches
from AIGCLibrary.i18n import Text


def given(template: Template, variables: Mapping[str, Any], environment: Environment | None) -> dict[str, Any]:
    """Join what is given for the variables of a template: by the test, else by the environment.

    Raises:
        TemplateError: A variable is unknown, or one without default was not given (AIGC408).
    """
    if template.abstract:
        raise TemplateError(
            f"Template '{template.name}' is abstract: it can only be extended or included.",
            facts={"template": template.name},
        )
    unknown = [name for name in variables if name not in template.variables]
    if unknown:
        raise TemplateError(
            f"Template '{template.name}' has no variable '{unknown[0]}'. "
            f"{near_matches(unknown[0], template.variables)}",
            code="AIGC408",
            hint=Text("data.hint.variables", template=template.name),
            facts={"template": template.name, "variable": unknown[0]},
        )
    from_environment = environment.for_template(template.name) if environment else {}
    values = {name: value for name, value in from_environment.items() if name in template.variables}
    values |= dict(variables)
    missing = sorted(template.required - values.keys())
    if missing:
        raise TemplateError(
            f"Template '{template.name}' needs {', '.join(map(repr, missing))}: there is no default.",
            code="AIGC408",
            hint=Text("data.hint.variables", template=template.name),
            facts={"template": template.name, "missing": missing},
        )
    return values


def situate(
    template: Template,
    values: Mapping[str, Any],
    environment: Environment | None,
    *,
    run_id: str,
    seed: str,
    at: float,
) -> Situation:
    """Work out all variables of a template.

    Args:
        template: The template.
        values: What was given.
        environment: What `env` means.
        run_id: The run.
        seed: Seed of random values, names and texts, unless the template fixes one.
        at: What `now()` means, in seconds since 1970.

    Raises:
        TemplateError: A default cannot be evaluated.
    """
    names = environment.names() if environment else {}
    seed = template.defaults.seed or seed
    worked_out: dict[str, Any] = {}
    situation = Situation(template, worked_out, names, run_id, seed, at, template.defaults.locale)
    for name, value in template.variables.items():
        if name in values:
            worked_out[name] = values[name]
            continue
        try:
            worked_out[name] = value.render(situation.names(f"vars/{name}"), situation.functions(f"vars/{name}"))
        except ExpressionError as error:
            raise TemplateError(f"{template.source}: variable '{name}': {error}.", code="AIGC409") from None
    return situation


def lay_out(situation: Situation) -> Graph:
    """Lay a template out with its variables."""
    return expand(situation.template, situation.names("for_each").own(), situation.functions("for_each"))
