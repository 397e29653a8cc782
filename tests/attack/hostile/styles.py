# ruff: noqa: E501 - a case is a line
"""Hostile CSS: every property that loads, every way to write an address, and what only looks as if it loaded nothing.

`REFUSED` is refused by hub and builder, as a declaration, as a rule and as an asset; `EVIL` stands for a foreign
address. `HARMLESS` passes and must do no harm. A new case is one line.
"""

# Every property that takes a picture, a place or a file, in Chromium and in others.
PROPERTIES = [
    *(
        "background",
        "background-image",
        "-webkit-mask",
        "mask",
        "mask-image",
        "mask-border-source",
        "-webkit-mask-image",
    ),
    *("-webkit-mask-box-image", "-webkit-mask-box-image-source", "border-image", "border-image-source"),
    *("-webkit-border-image", "list-style", "list-style-image", "content", "cursor", "filter", "backdrop-filter"),
    *("-webkit-filter", "clip-path", "-webkit-clip-path", "shape-outside", "offset-path", "offset", "fill", "stroke"),
    *(
        "marker",
        "marker-start",
        "marker-mid",
        "marker-end",
        "-webkit-box-reflect",
        "src",
        "symbols",
        "prefix",
        "suffix",
    ),
    *("behavior", "-moz-binding", "--custom", "d", "background-position", "image", "object-view-box", "voice-family"),
]

# Every way to write an address; `%` stands for it.
ADDRESSES = {
    "plain": "url(%)",
    "quoted": 'url("%")',
    "single": "url('%')",
    "spaces": "url( \n\t%\f )",
    "upper": "URL(%)",
    "escaped": r"\75rl(%)",
    "escaped-space": r"\75 rl(%)",
    "escaped-six": r"\000075rl(%)",
    "escaped-letter": r"u\rl(%)",
    "escaped-middle": r"u\72 l(%)",
    "escaped-quoted": r'\55\52\4c("%")',
    "open": "url(%",
    "open-quoted": 'url("%',
    "no-scheme": 'url("//%")',
    "backslashes": r'url("\\%")',
    "data": 'url("data:image/svg+xml,<svg onload=1/>")',
    "javascript": 'url("javascript:1")',
    "asset-then-more": 'url("a/1/../../../%")',
    "asset-query": 'url("a/1?%")',
    "asset-dots": 'url("a/../../../x")',
    "asset-fragment": 'url("a/1#%")',
    "asset-upper-case-hex": r'url("\61/1")',
    "asset-modifier": 'url("a/1" crossorigin(anonymous))',
    "comment-before": "/**/url(%)",
    "string-before": '"x"url(%)',
    "sign-before": "\u00d7url(%)",
    "line-separator-before": "\u2028url(%)",
    "null-before": "\0url(%)",
    "src": 'src("%")',
    "src-variable": "src(var(--x))",
    "image": 'image("%")',
    "image-set": 'image-set("%" 1x)',
    "image-set-webkit": '-webkit-image-set("%" 1x)',
    "image-set-asset": 'image-set(url("a/1") 1x, "%" 2x)',
    "image-set-variable": "image-set(var(--x) 1x)",
    "image-set-function": "image-set(--f() 1x)",
    "image-set-if": 'image-set(if(else: "%") 1x)',
    "image-set-env": 'image-set(env(--x, "%") 1x)',
    "image-set-attr": "image-set(attr(title) 1x)",
    "image-set-upper": 'IMAGE-SET("%" 1x)',
    "image-set-escaped": r'image-se\74("%" 1x)',
    "cross-fade": "cross-fade(url(%), red)",
    "cross-fade-webkit": "-webkit-cross-fade(url(%), url(%), 50%)",
    "paint-fallback": "url(#a) url(%)",
    "gradient-then": "linear-gradient(red, blue), url(%)",
    "variable": "var(--x, url(%))",
    "expression": "expression(alert(1))",
}

RULES = {
    "import": '@import "EVIL";',
    "import-url": "@import url(EVIL);",
    "import-layer": '@import url("EVIL") layer(x) supports(display:grid) screen;',
    "import-escaped": r'@\69mport "EVIL";',
    "import-escaped-end": r'@impor\74 "EVIL";',
    "import-comment": '@import/**/"EVIL";',
    "import-upper": '@IMPORT "EVIL";',
    "import-src": '@import src("EVIL");',
    "import-asset-comment": '@import/**/url("a/1");',
    "font": "@font-face{font-family:x;src:url(EVIL)}",
    "font-range": '@font-face{font-family:x;src:url("EVIL") format("woff2");unicode-range:U+61}',
    "namespace-url": "@namespace url(EVIL);",
    "document": "@-moz-document url(EVIL){p{color:red}}",
    "property": '@property --x{syntax:"<url>";inherits:true;initial-value:url(EVIL)}',
    "counter-style": "@counter-style x{system:cyclic;symbols:url(EVIL)}",
    "color-profile": '@color-profile --x{src:url("EVIL")}',
    "keyframes": "@keyframes x{to{background:url(EVIL)}}",
    "nested": "a{b{c{background:url(EVIL)}}}",
    "scope": "@scope (a) to (b){c{background:url(EVIL)}}",
    "container": "@container x (width>1px){a{background:url(EVIL)}}",
    "supports": "@supports (background:url(EVIL)){a{color:red}}",
    "layer": "@layer x{a{background:url(EVIL)}}",
    "starting-style": "@starting-style{a{background:url(EVIL)}}",
    "function": "@function --f(){result:url(EVIL)}",
    "page": "@page :first{background:url(EVIL)}",
    "selector-then-url": 'a[href="x"]{background:url(EVIL)}',
    "selector-visited": "a:visited{background:url(EVIL)}",
    "close-and-open": "a{color:red}}b{background:url(EVIL)}",
    "string-end": 'a{content:"\n";background:url(EVIL)}',
    "comment-end": "a{/* */background:url(EVIL)/* }",
    "charset-trick": '@charset "utf-7";+AHs-background:url(EVIL)',
}

REFUSED: dict[str, str] = {
    **{f"{prop}": f"{prop}:url(EVIL)" for prop in PROPERTIES},
    **{f"address-{name}": "background:" + form.replace("%", "EVIL") for name, form in ADDRESSES.items()},
    **{f"rule-{name}": rule for name, rule in RULES.items()},
}

# What passes both checks: as rules of a sheet.
HARMLESS: dict[str, str] = {
    "string": 'p{--u:"EVIL";content:"EVIL";font-family:"EVIL"}',
    "string-property": '@property --s{syntax:"<string>";inherits:true;initial-value:"EVIL"}',
    "string-function": '@function --f(){result:"EVIL"}p{background:--f();cursor:--f();src:--f()}',
    "string-attribute": "p{background:attr(title type(<image>));content:attr(title);cursor:attr(title)}",
    "string-selector": 'a[href^="EVIL"],p[title="EVIL"]{color:red}',
    "string-namespace": '@namespace x "EVIL";',
    "string-counter": '@counter-style x{system:cyclic;symbols:"EVIL"}p{list-style:x;display:list-item}',
    "string-format": '@font-face{font-family:x;src:local("EVIL"),url("a/1") format("EVIL")}p{font-family:x}',
    "string-position": '@position-try --x{top:0}p{position-try:--x;view-transition-name:x;quotes:"EVIL" "EVIL"}',
    "string-grid": 'p{display:grid;grid-template-areas:"EVIL";will-change:contents}',
    "asset-in-everything": "".join(
        f'p{{{prop}:url("a/7")}}' for prop in PROPERTIES if prop not in ("behavior", "-moz-binding")
    ),
    "place-in-everything": "".join(
        f'p{{{prop}:url("#x")}}' for prop in PROPERTIES if prop not in ("behavior", "-moz-binding")
    ),
    "urls-that-are-none": "p{background:1url(EVIL);list-style:urlx(EVIL);fill:my-url(EVIL);mask:url-prefix(EVIL)}",
    "over-everything": "html,body,p{position:fixed;inset:-9999px;z-index:2147483647;transform:scale(99);pointer-events:auto}",
    "own-marks": "[data-cobrowse-masked],[data-cobrowse-placeholder]::before,::highlight(cobrowse-selected){display:none!important}",
    "top-layer": "p{overlay:auto!important;position:fixed!important;inset:0!important;interactivity:auto;user-select:all}",
    "timeline": "@keyframes k{to{translate:9px}}p{animation:k linear;animation-timeline:scroll();view-timeline:--x}",
    "transition": "@view-transition{navigation:auto}p{view-transition-name:match-element;anchor-name:--x}",
    "resize": "p{resize:both;overflow:scroll;zoom:9;appearance:base-select}::picker(select){appearance:base-select}",
}
