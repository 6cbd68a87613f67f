"""What options, callbacks and commands take and give, for type checkers.

Made by `make types` from the declarations of `@openai/chatkit` 1.9.0: change that tool, not
this. There is no such module at run time: import it where `TYPE_CHECKING` is true.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NotRequired, TypedDict

Locale = Literal[
    "am",
    "ar",
    "bg-BG",
    "bn-BD",
    "bs-BA",
    "ca-ES",
    "cs-CZ",
    "da-DK",
    "de-DE",
    "el-GR",
    "es-419",
    "es-ES",
    "et-EE",
    "fi-FI",
    "fr-CA",
    "fr-FR",
    "gu-IN",
    "hi-IN",
    "hr-HR",
    "hu-HU",
    "hy-AM",
    "id-ID",
    "is-IS",
    "it-IT",
    "ja-JP",
    "ka-GE",
    "kk",
    "kn-IN",
    "ko-KR",
    "lt",
    "lv-LV",
    "mk-MK",
    "ml",
    "mn",
    "mr-IN",
    "ms-MY",
    "my-MM",
    "nb-NO",
    "nl-NL",
    "pa",
    "pl-PL",
    "pt-BR",
    "pt-PT",
    "ro-RO",
    "ru-RU",
    "sk-SK",
    "sl-SI",
    "so-SO",
    "sq-AL",
    "sr-RS",
    "sv-SE",
    "sw-TZ",
    "ta-IN",
    "te-IN",
    "th-TH",
    "tl",
    "tr-TR",
    "uk-UA",
    "ur",
    "vi-VN",
    "zh-CN",
    "zh-HK",
    "zh-TW",
    "bg",
    "bn",
    "bs",
    "ca",
    "cs",
    "da",
    "de",
    "el",
    "es",
    "et",
    "fi",
    "fr",
    "gu",
    "hi",
    "hr",
    "hu",
    "hy",
    "id",
    "is",
    "it",
    "ja",
    "ka",
    "kn",
    "ko",
    "lv",
    "mk",
    "mr",
    "ms",
    "my",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "so",
    "sq",
    "sr",
    "sv",
    "sw",
    "ta",
    "te",
    "th",
    "tr",
    "uk",
    "vi",
    "zh",
    "zh-Hant",
    "en",
]

Icon = Literal[
    "sidebar-left",
    "sidebar-right",
    "sidebar-open-left",
    "sidebar-open-right",
    "sidebar-open-left-alt",
    "sidebar-open-right-alt",
    "sidebar-floating-left",
    "sidebar-floating-right",
    "sidebar-floating-open-left",
    "sidebar-floating-open-right",
    "sidebar-collapse-left",
    "sidebar-collapse-right",
    "collapse-left",
    "collapse-right",
    "open-left",
    "open-right",
    "double-chevron-left",
    "double-chevron-right",
    "home",
    "home-alt",
    "back-small",
    "back-large",
    "expand-large",
    "collapse-large",
    "expand-small",
    "collapse-small",
    "star",
    "star-filled",
    "bug",
    "chat-temporary",
    "settings-cog",
    "grid",
    "dots-horizontal",
    "dots-vertical",
    "dots-horizontal-circle",
    "dots-vertical-circle",
    "menu",
    "menu-inverted",
    "hamburger",
    "history",
    "book-open",
    "compose",
    "share",
    "light-mode",
    "dark-mode",
    "close",
]

class ApiUploadStrategy(TypedDict):
    type: Literal["two_phase", "direct"]
    upload_url: NotRequired[str]

class Api(TypedDict):
    url: NotRequired[str]
    fetch: NotRequired[Callable[..., Any]]
    domain_key: NotRequired[str]
    upload_strategy: NotRequired[ApiUploadStrategy]
    get_client_secret: NotRequired[Callable[[str | None], str | Awaitable[str]]]

class FontObject(TypedDict):
    family: str
    src: str
    weight: NotRequired[str | float]
    style: NotRequired[Literal["normal", "italic", "oblique"]]
    display: NotRequired[Literal["auto", "block", "swap", "fallback", "optional"]]
    unicode_range: NotRequired[str]

class TypographyOption(TypedDict):
    base_size: NotRequired[Literal[14, 15, 16, 17, 18]]
    font_sources: NotRequired[list[FontObject]]
    font_family: NotRequired[str]
    font_family_mono: NotRequired[str]

class GrayscaleOptions(TypedDict):
    hue: float
    tint: Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    shade: NotRequired[Literal[0, 1, 2, 3, 4, -4, -3, -2, -1]]

class AccentColor(TypedDict):
    primary: str
    level: Literal[0, 1, 2, 3]

class SurfaceColors(TypedDict):
    background: str
    foreground: str

class ColorOption(TypedDict):
    grayscale: NotRequired[GrayscaleOptions]
    accent: NotRequired[AccentColor]
    surface: NotRequired[SurfaceColors]

class ThemeOption(TypedDict):
    color_scheme: NotRequired[Literal["light", "dark"]]
    typography: NotRequired[TypographyOption]
    radius: NotRequired[Literal["pill", "round", "soft", "sharp"]]
    density: NotRequired[Literal["normal", "compact", "spacious"]]
    color: NotRequired[ColorOption]

class OnClientToolArgument(TypedDict):
    name: str
    params: dict[str, Any]

class HeaderOptionTitle(TypedDict):
    enabled: NotRequired[bool]
    text: NotRequired[str]

class HeaderOptionLeftAction(TypedDict):
    icon: Icon
    on_click: Callable[[], Awaitable[None] | None]

class HeaderOption(TypedDict):
    enabled: NotRequired[bool]
    title: NotRequired[HeaderOptionTitle]
    left_action: NotRequired[HeaderOptionLeftAction]
    right_action: NotRequired[HeaderOptionLeftAction]

class HistoryOption(TypedDict):
    enabled: NotRequired[bool]
    show_delete: NotRequired[bool]
    show_rename: NotRequired[bool]

class UserMessageContent(TypedDict):
    type: Literal["input_text", "input_tag"]
    text: str
    id: NotRequired[str]
    group: NotRequired[str]
    data: NotRequired[dict[str, Any]]
    interactive: NotRequired[bool]

class StartScreenPrompt(TypedDict):
    label: str
    prompt: str | list[UserMessageContent]
    icon: NotRequired[str]

class StartScreenOption(TypedDict):
    greeting: NotRequired[str]
    prompts: NotRequired[list[StartScreenPrompt]]

class ThreadItemActionsOption(TypedDict):
    feedback: NotRequired[bool]
    retry: NotRequired[bool]

class ComposerOptionAttachments(TypedDict):
    enabled: bool
    max_size: NotRequired[float | dict[str, float]]
    max_count: NotRequired[float]
    accept: NotRequired[dict[str, list[str]]]

class ToolOption(TypedDict):
    id: str
    label: str
    icon: str
    short_label: NotRequired[str]
    placeholder_override: NotRequired[str]
    pinned: NotRequired[bool]
    persistent: NotRequired[bool]

class ModelOption(TypedDict):
    id: str
    label: str
    description: NotRequired[str]
    disabled: NotRequired[bool]
    default: NotRequired[bool]

class ComposerOptionDictation(TypedDict):
    enabled: bool

class ComposerOption(TypedDict):
    placeholder: NotRequired[str]
    attachments: NotRequired[ComposerOptionAttachments]
    tools: NotRequired[list[ToolOption]]
    models: NotRequired[list[ModelOption]]
    dictation: NotRequired[ComposerOptionDictation]

class DisclaimerOption(TypedDict):
    text: str
    high_contrast: NotRequired[bool]

class Entity(TypedDict):
    title: str
    id: str
    icon: NotRequired[str]
    interactive: NotRequired[bool]
    group: NotRequired[str]
    data: NotRequired[dict[str, str]]

class EntitiesOptionOnRequestPreviewResult(TypedDict):
    preview: Any | None

class EntitiesOption(TypedDict):
    on_tag_search: NotRequired[Callable[[str], list[Entity] | Awaitable[list[Entity]]]]
    show_composer_menu: NotRequired[bool]
    on_click: NotRequired[Callable[[Entity], Awaitable[None] | None]]
    on_request_preview: NotRequired[
        Callable[
            [Entity],
            EntitiesOptionOnRequestPreviewResult | Awaitable[EntitiesOptionOnRequestPreviewResult],
        ]
    ]

class Command(TypedDict):
    id: str
    label: str
    description: NotRequired[str]
    icon: NotRequired[str]
    group: NotRequired[str]

class CommandsOptionOnSelectResult(TypedDict):
    type: Literal["entity", "menu"]
    entity: NotRequired[Entity]
    commands: NotRequired[list[Command]]

class CommandsOption(TypedDict):
    enabled: bool
    on_search: NotRequired[Callable[[str], list[Command] | Awaitable[list[Command]]]]
    on_select: NotRequired[
        Callable[
            [Command],
            CommandsOptionOnSelectResult | Awaitable[CommandsOptionOnSelectResult | None] | None,
        ]
    ]

class WidgetsOptionOnActionArgument(TypedDict):
    type: str
    payload: NotRequired[dict[str, Any]]

class WidgetsOptionOnActionArgument1(TypedDict):
    id: str
    widget: Any

class WidgetsOption(TypedDict):
    on_action: NotRequired[
        Callable[
            [WidgetsOptionOnActionArgument, WidgetsOptionOnActionArgument1], Awaitable[None] | None
        ]
    ]

class ThreadOption(TypedDict):
    auto_scroll: NotRequired[bool]

class ChatKitOptions(TypedDict):
    api: Api
    locale: NotRequired[Locale]
    theme: NotRequired[ThemeOption | Literal["light", "dark"]]
    frame_title: NotRequired[str]
    initial_thread: NotRequired[str | None]
    on_client_tool: NotRequired[
        Callable[[OnClientToolArgument], dict[str, Any] | Awaitable[dict[str, Any]]]
    ]
    header: NotRequired[HeaderOption]
    history: NotRequired[HistoryOption]
    start_screen: NotRequired[StartScreenOption]
    thread_item_actions: NotRequired[ThreadItemActionsOption]
    composer: NotRequired[ComposerOption]
    disclaimer: NotRequired[DisclaimerOption]
    entities: NotRequired[EntitiesOption]
    commands: NotRequired[CommandsOption]
    widgets: NotRequired[WidgetsOption]
    thread: NotRequired[ThreadOption]

class ApiUploadStrategyChanges(TypedDict):
    type: NotRequired[Literal["two_phase", "direct"] | None]
    upload_url: NotRequired[str | None]

class ApiChanges(TypedDict):
    url: NotRequired[str | None]
    fetch: NotRequired[Callable[..., Any] | None]
    domain_key: NotRequired[str | None]
    upload_strategy: NotRequired[ApiUploadStrategyChanges | None]
    get_client_secret: NotRequired[Callable[[str | None], str | Awaitable[str]] | None]

class TypographyOptionChanges(TypedDict):
    base_size: NotRequired[Literal[14, 15, 16, 17, 18] | None]
    font_sources: NotRequired[list[FontObject] | None]
    font_family: NotRequired[str | None]
    font_family_mono: NotRequired[str | None]

class GrayscaleOptionsChanges(TypedDict):
    hue: NotRequired[float | None]
    tint: NotRequired[Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] | None]
    shade: NotRequired[Literal[0, 1, 2, 3, 4, -4, -3, -2, -1] | None]

class AccentColorChanges(TypedDict):
    primary: NotRequired[str | None]
    level: NotRequired[Literal[0, 1, 2, 3] | None]

class SurfaceColorsChanges(TypedDict):
    background: NotRequired[str | None]
    foreground: NotRequired[str | None]

class ColorOptionChanges(TypedDict):
    grayscale: NotRequired[GrayscaleOptionsChanges | None]
    accent: NotRequired[AccentColorChanges | None]
    surface: NotRequired[SurfaceColorsChanges | None]

class ThemeOptionChanges(TypedDict):
    color_scheme: NotRequired[Literal["light", "dark"] | None]
    typography: NotRequired[TypographyOptionChanges | None]
    radius: NotRequired[Literal["pill", "round", "soft", "sharp"] | None]
    density: NotRequired[Literal["normal", "compact", "spacious"] | None]
    color: NotRequired[ColorOptionChanges | None]

class HeaderOptionTitleChanges(TypedDict):
    enabled: NotRequired[bool | None]
    text: NotRequired[str | None]

class HeaderOptionLeftActionChanges(TypedDict):
    icon: NotRequired[Icon | None]
    on_click: NotRequired[Callable[[], Awaitable[None] | None] | None]

class HeaderOptionChanges(TypedDict):
    enabled: NotRequired[bool | None]
    title: NotRequired[HeaderOptionTitleChanges | None]
    left_action: NotRequired[HeaderOptionLeftActionChanges | None]
    right_action: NotRequired[HeaderOptionLeftActionChanges | None]

class HistoryOptionChanges(TypedDict):
    enabled: NotRequired[bool | None]
    show_delete: NotRequired[bool | None]
    show_rename: NotRequired[bool | None]

class StartScreenOptionChanges(TypedDict):
    greeting: NotRequired[str | None]
    prompts: NotRequired[list[StartScreenPrompt] | None]

class ThreadItemActionsOptionChanges(TypedDict):
    feedback: NotRequired[bool | None]
    retry: NotRequired[bool | None]

class ComposerOptionAttachmentsChanges(TypedDict):
    enabled: NotRequired[bool | None]
    max_size: NotRequired[float | dict[str, float | None] | None]
    max_count: NotRequired[float | None]
    accept: NotRequired[dict[str, list[str] | None] | None]

class ComposerOptionDictationChanges(TypedDict):
    enabled: NotRequired[bool | None]

class ComposerOptionChanges(TypedDict):
    placeholder: NotRequired[str | None]
    attachments: NotRequired[ComposerOptionAttachmentsChanges | None]
    tools: NotRequired[list[ToolOption] | None]
    models: NotRequired[list[ModelOption] | None]
    dictation: NotRequired[ComposerOptionDictationChanges | None]

class DisclaimerOptionChanges(TypedDict):
    text: NotRequired[str | None]
    high_contrast: NotRequired[bool | None]

class EntitiesOptionChanges(TypedDict):
    on_tag_search: NotRequired[Callable[[str], list[Entity] | Awaitable[list[Entity]]] | None]
    show_composer_menu: NotRequired[bool | None]
    on_click: NotRequired[Callable[[Entity], Awaitable[None] | None] | None]
    on_request_preview: NotRequired[
        Callable[
            [Entity],
            EntitiesOptionOnRequestPreviewResult | Awaitable[EntitiesOptionOnRequestPreviewResult],
        ]
        | None
    ]

class CommandsOptionChanges(TypedDict):
    enabled: NotRequired[bool | None]
    on_search: NotRequired[Callable[[str], list[Command] | Awaitable[list[Command]]] | None]
    on_select: NotRequired[
        Callable[
            [Command],
            CommandsOptionOnSelectResult | Awaitable[CommandsOptionOnSelectResult | None] | None,
        ]
        | None
    ]

class WidgetsOptionChanges(TypedDict):
    on_action: NotRequired[
        Callable[
            [WidgetsOptionOnActionArgument, WidgetsOptionOnActionArgument1], Awaitable[None] | None
        ]
        | None
    ]

class ThreadOptionChanges(TypedDict):
    auto_scroll: NotRequired[bool | None]

class ChatKitOptionsChanges(TypedDict):
    api: NotRequired[ApiChanges | None]
    locale: NotRequired[Locale | None]
    theme: NotRequired[ThemeOptionChanges | Literal["light", "dark"] | None]
    frame_title: NotRequired[str | None]
    initial_thread: NotRequired[str | None]
    on_client_tool: NotRequired[
        Callable[[OnClientToolArgument], dict[str, Any] | Awaitable[dict[str, Any]]] | None
    ]
    header: NotRequired[HeaderOptionChanges | None]
    history: NotRequired[HistoryOptionChanges | None]
    start_screen: NotRequired[StartScreenOptionChanges | None]
    thread_item_actions: NotRequired[ThreadItemActionsOptionChanges | None]
    composer: NotRequired[ComposerOptionChanges | None]
    disclaimer: NotRequired[DisclaimerOptionChanges | None]
    entities: NotRequired[EntitiesOptionChanges | None]
    commands: NotRequired[CommandsOptionChanges | None]
    widgets: NotRequired[WidgetsOptionChanges | None]
    thread: NotRequired[ThreadOptionChanges | None]

class Attachment(TypedDict):
    type: Literal["file", "image"]
    id: str
    name: str
    mime_type: str
    preview_url: NotRequired[str]

class ToolChoice(TypedDict):
    id: str

class SendUserMessageParams(TypedDict):
    text: NotRequired[str]
    content: NotRequired[list[UserMessageContent]]
    reply: NotRequired[str]
    attachments: NotRequired[list[Attachment]]
    newThread: NotRequired[bool]
    toolChoice: NotRequired[ToolChoice]
    model: NotRequired[str]

class SetComposerValueParams(TypedDict):
    text: NotRequired[str]
    content: NotRequired[list[UserMessageContent]]
    reply: NotRequired[str]
    attachments: NotRequired[list[Attachment]]
    files: NotRequired[list[Any]]
    selectedToolId: NotRequired[str | None]
    selectedModelId: NotRequired[str]
