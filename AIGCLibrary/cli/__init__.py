"""The command `aigc`: one module a subcommand, found by `main` through its `NAME`.

A subcommand is a module with `NAME`, `HELP`, `add_arguments(parser)` and `run(args) -> exit code`. It is imported
whenever `aigc` starts, so heavy imports belong inside `run`. Modules with an underscore in their name are parts of a
subcommand and are left alone. What goes wrong is raised as an `AIGCError`; `main` shows it as one sentence with its
remedy.
"""
