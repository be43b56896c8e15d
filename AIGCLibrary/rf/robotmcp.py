"""The entry point by which the MCP server `rf-mcp` knows this library.

`rf-mcp` loads the group `robotmcp.library_plugins` and calls what it finds. Its package is not required: only that
server imports this module. Contract: https://github.com/manykarim/rf-mcp, docs/library-plugin-authoring.md, tried with
0.36.
"""

from typing import Any

from AIGCLibrary.rf.documentation import documented_library

NAME = "AIGCLibrary"


def plugin() -> Any:
    """Return the description of the library and its keywords for `rf-mcp`."""
    from robotmcp.plugins.base import StaticLibraryPlugin
    from robotmcp.plugins.contracts import LibraryCapabilities, LibraryHints, LibraryMetadata

    library = documented_library()
    return StaticLibraryPlugin(
        metadata=LibraryMetadata(
            name=NAME,
            package_name="robotframework-aigclibrary",
            import_path=NAME,
            description=str(library.doc).partition("\n")[0],
            library_type="external",
            use_cases=["generation tasks", "UI targets", "media files", "test data", "SLOs", "failure diagnosis"],
            categories=["testing", "api", "web", "utilities"],
            contexts=["api", "web"],
            installation_command="pip install robotframework-aigclibrary",
            requires_type_conversion=True,
            load_priority=180,
        ),
        capabilities=LibraryCapabilities(
            contexts=["api", "web"],
            features=["tasks", "targets", "files", "test-data", "slo", "fix-suggestions"],
            requires_type_conversion=True,
        ),
        hints=LibraryHints(
            standard_keywords=[keyword.name for keyword in library.keywords],
            error_hints=["The code at the end of a message, such as [AIGC207], names cause and remedy."],
            usage_examples=[
                "${task} =    Submit Task    image    prompt=a cat",
                "Wait For Task    ${task}    timeout=5 min",
                "Process Task Files    ${task}    rules=image",
                "Click Target    generate.submit",
            ],
        ),
        keyword_library_map={keyword.name.lower(): NAME for keyword in library.keywords},
    )
