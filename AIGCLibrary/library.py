"""The Robot Framework library: import arguments and composition, no logic."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from robotlibcore import DynamicCore

from AIGCLibrary._version import __version__
from AIGCLibrary.config import Heal, Settings, asked_language
from AIGCLibrary.errors import AIGCError, ConfigError, near_matches
from AIGCLibrary.i18n import ENGLISH, Text
from AIGCLibrary.keywords import COMPONENTS
from AIGCLibrary.rf import shared
from AIGCLibrary.rf.documentation import with_code_blocks
from AIGCLibrary.rf.errors import note_failure, with_hint
from AIGCLibrary.rf.imports import running
from AIGCLibrary.rf.options import check_options
from AIGCLibrary.rf.recover import recover
from AIGCLibrary.rf.robot_settings import import_language, parsed_language
from AIGCLibrary.rf.run_listener import LibraryListener
from AIGCLibrary.rf.secrets import SecretListener, note_secrets
from AIGCLibrary.rf.translation import add_aliases, translation


def _refuse_misspelt(config: Path | None, known: list[str]) -> None:
    """Reject a misspelt `name=value`: Robot passes an argument whose name it does not know to `config`."""
    name, equals, _ = str(config or "").partition("=")
    if equals and name.isidentifier() and config and not config.exists():
        raise ConfigError(
            f"unknown import argument '{name}'. {near_matches(name, known)}",
            facts={"argument": name, "available": known},
        )


class AIGCLibrary(DynamicCore):
    """Robot Framework library for testing AIGC products: platforms that generate images, video, audio, scripts.

    %TOC%

    # Abilities

    | group    | the question it answers |
    |----------|-------------------------|
    | Target   | Where is the Generate button today, and which tier of evidence found it? |
    | Task     | Is the video done, how long may it take, and if it is not done, why? |
    | File     | Is this 400 MB file whole, safe, as requested, and labelled as AI-generated? |
    | Data     | Give me a script with episodes, characters and scenes, now, and remove them afterwards. |
    | SLO      | Do we meet our objectives, and how sure are we? |
    | Recovery | It failed: what is the likely cause, what exactly should I change? |
    | Plugin   | What else can be done, and is it healthy? |
    | Tape     | Does the suite notice when the product misbehaves, and can it run without the product? |

    # Words

    A *target* is a named thing of the UI, described in a locator file by *tiers* of evidence: *gold* (test id),
    *silver* (role, label, text), *bronze* (CSS, XPath). A *task* is one generation job of the product; its *state*
    is `queued`, `processing`, `completed`, `failed` or `cancelled`. A *provider* describes the task API of a product
    as data. *Rules* say what a file must be, *findings* what it is not. A *template* is a graph of API calls that
    prepares data. An *SLO* is an objective over many samples, an *SLA* the limits of one task.

    # Assertions

    Keywords with `assertion_operator` return a value, and check it when an operator is given, as in Browser:
    `Get Task State    ${task}    ==    completed`. Times are compared in seconds, sizes in bytes, ratios as 0 to 1.

    # Sessions

    Requests go through the sessions of RequestsLibrary: `session=alias` uses an alias of `Create Session` with its
    base URL, headers, authentication, certificates and proxies. Without it the environment in use counts, else
    the only session there is.

    # Example

    This suite runs as it is against the demo product, which `aigc studio` starts:

    ```robotframework
    *** Settings ***
    Library    RequestsLibrary
    Library    AIGCLibrary

    *** Variables ***
    &{HEADERS}    Authorization=Bearer studio-demo-token

    *** Test Cases ***
    Image Is Generated And Verified
        Create Session    studio    http://127.0.0.1:8765/api/v1    headers=${HEADERS}
        ${task} =    Submit Task    image    provider=generic    prompt=a cat on the moon
        Wait For Task    ${task}    timeout=2 min
        Process Task Files    ${task}    rules=image
    ```
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_VERSION = __version__
    ROBOT_LIBRARY_DOC_FORMAT = "Markdown"

    def __init__(
        self,
        config: Path | None = None,
        *,
        locators: list[str] | str | None = None,
        providers: list[str] | str | None = None,
        templates: list[str] | str | None = None,
        rules: list[str] | str | None = None,
        slo: Path | None = None,
        environments: Path | None = None,
        environment: str | None = None,
        language: str | None = None,
        heal: Heal | None = None,
        timeout: timedelta | None = None,
        store: str | None = None,
        plugins: list[str] | str | None = None,
        budget: str | None = None,
        tape: str | None = None,
    ) -> None:
        """Imports the library. All arguments are optional; lists may be given as `a.yaml, b.yaml`.

        Args:
            config: YAML file with these settings and more; `AIGC_CONFIG` names one for all suites.
            locators: Locator files or folders.
            providers: Provider files or folders, beside the built-in presets.
            templates: Data template files or folders.
            rules: Validation rule files or folders.
            slo: SLO file; built-in objectives otherwise.
            environments: File with the environments.
            environment: The environment used from the start.
            language: `en`, `zh-CN`, or `auto`: as Robot's own `--language`, else the locale. With `zh-CN` every
                keyword also has a Chinese name.
            heal: What may happen when a target is not found: `off`, `suggest` or `use`.
            timeout: How long it may take to find one target; 2 seconds otherwise. A target's own `timeout` in its
                locator file and the argument of a keyword go before it.
            store: SQLAlchemy URL of the store; SQLite at `results/aigc.db` otherwise.
            plugins: Plug-ins to enable: names of installed ones, or `module:Class`.
            budget: What generation may cost in the whole run, all its processes together: `100 credits`, or by unit
                `5 USD, 100 credits`. An order that would exceed it is refused before it is sent.
            tape: `record:FOLDER` keeps what the product answers, `replay:FOLDER` answers from there without the
                product, in virtual time; `auto:FOLDER` replays a tape that is there and records one otherwise.
        """
        given = {name: value for name, value in locals().items() if name not in ("self", "config", "__class__")}
        given["timeout"] = timeout.total_seconds() if timeout else None
        try:
            _refuse_misspelt(config, ["config", *given])
            settings = Settings.load(config, given)
            self.engine = shared.engine(settings)
            self.import_options = settings.of_import()
            components: list[Any] = [made(self.engine, self.import_options) for made in COMPONENTS]
        except AIGCError as error:
            raise with_hint(error, import_language(language or asked_language(config))) from None
        note_secrets(self.engine)
        self._listen()
        named = language if language and language != "auto" else parsed_language()
        texts = translation(self.engine, named)
        self._named = named or self.engine.language if texts else ENGLISH
        super().__init__(components, texts)
        if texts:
            add_aliases(self, components, texts, self._named)

    def _listen(self) -> None:
        """Register the library as a listener of the run, so that no option of the command line is needed."""
        self.listener = LibraryListener(shared.observer())
        secrets = SecretListener(self.listener.redactor, lambda: self.engine.connections)
        self.ROBOT_LIBRARY_LISTENER = [self.listener, secrets, *shared.tape_listeners(self.engine)]

    def get_keyword_documentation(self, name: str) -> str:
        """Return the documentation of a keyword, of the library (`__intro__`) or of its import (`__init__`)."""
        example = Text("core.example").render(self._named)
        return with_code_blocks(super().get_keyword_documentation(name), example)

    def run_keyword(self, name: str, args: list[Any], kwargs: dict[str, Any] | None = None) -> Any:
        """Run a keyword; recover it where that is safe; our errors leave their evidence before they fail it."""
        with running(self.import_options):
            return self._run(super().run_keyword, name, args, kwargs)

    def _run(self, run: Callable[..., Any], name: str, args: list[Any], kwargs: dict[str, Any] | None) -> Any:
        try:
            try:
                check_options(name, self.keywords[name], args, kwargs or {})
                return run(name, args, kwargs)
            except AIGCError as error:
                keyword, given = self.keywords[name].__name__, kwargs or {}
                return recover(self.engine, keyword, error, lambda more: run(name, args, given | dict(more)), given)
        except AIGCError as error:
            note_failure(self.engine, name, error)
            raise
        finally:
            shared.flush_log()
