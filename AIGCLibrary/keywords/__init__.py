"""The Robot keywords, one class per noun: each converts, calls a service, asserts, returns.

Every module of this package that defines a subclass of `Component` adds its keywords to the library.
"""

import importlib
import pkgutil

from AIGCLibrary.keywords.component import Component

__all__ = ["Component", "component_classes"]


def component_classes() -> list[type[Component]]:
    """Give all keyword classes."""
    classes = []
    for module in pkgutil.iter_modules(__path__):
        found = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        classes += [c for c in found if isinstance(c, type) and issubclass(c, Component) and c is not Component]
    return list(dict.fromkeys(classes))
