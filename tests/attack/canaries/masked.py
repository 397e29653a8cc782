"""What a person can read. Each of these is masked: in a masked or hidden part, however it came to be one, and on a
private site everywhere."""

from tests.attack.canaries.place import Place, short

_PLAIN = (
    "p h1 h6 blockquote pre code q em strong small s cite dfn abbr kbd samp var sub sup i b u mark bdi bdo ins del "
    "address time figcaption label button a nobr font tt big center marquee article x-text span"
).split()
_NESTED = (
    "<ul><li>{c}</li></ul>",
    "<dl><dt>{c}</dt><dd>{c}</dd></dl>",
    "<table><caption>{c}</caption><tr><th>{c}</th><td>{c}</td></tr></table>",
    "<details><summary>{c}</summary>x</details>",
    "<details><summary>x</summary>{c}</details>",
    "<fieldset><legend>{c}</legend></fieldset>",
    "<ruby>x<rt>{c}</rt></ruby>",
    "<dialog open>{c}</dialog>",
    "<div popover>{c}</div>",
    "<div hidden>{c}</div>",
    "<div style='display:none'>{c}</div>",
    "<p>one <b>two <i>{c}</i></b> three</p>",
    "<p>{c}<br>{c}<!-- -->{c}</p>",
    "<select><option>{c}</select>",
    "<select><option label='{c}'>x</select>",
    "<select><optgroup label='{c}'><option>x</optgroup></select>",
    "<select multiple size=3><option>{c}<option>{c}</select>",
    "<menu><li>{c}</li></menu>",
    "<search>{c}</search>",
)
_TITLES = "title aria-label aria-description aria-roledescription aria-placeholder".split()
_TITLED = "p img input select textarea iframe video canvas embed table button x-text details option svg".split()
_SVG = (
    "<text>{c}</text>",
    "<text><tspan>{c}</tspan></text>",
    "<path id=t d='M0 0h99'/><text><textPath href='#t'>{c}</textPath></text>",
    "<title>{c}</title>",
    "<desc>{c}</desc>",
    "<g aria-label='{c}'><rect/></g>",
    "<a><text>{c}</text></a>",
    "<switch><text>{c}</text></switch>",
    "<symbol id=y><text>{c}</text></symbol><use href='#y'/>",
    "<defs><pattern><text>{c}</text></pattern></defs>",
)
_CSS = (
    "b::before{content:'{c}'}",
    "b::after{content:'x' '{c}' / '{c}'}",
    'li::marker{content:"{c}"}',
    "q{quotes:'{c}' '{c}'}",
    "b{--name:{c};--said:'{c}'}",
    "li{list-style-type:'{c}'}",
    "li{list-style:inside '{c}'}",
    "@counter-style n{system:cyclic;symbols:'{c}';suffix:'{c}'}",
    "@counter-style n{system:fixed;symbols:{c} {c}}",
    "@property --p{syntax:'*';inherits:true;initial-value:{c}}",
    "@media screen{b::before{content:'{c}'}}",
    "@supports (color:red){b::before{content:'{c}'}}",
    "@layer l{b::before{content:'{c}'}}",
    "@container (width>0){b::before{content:'{c}'}}",
    "@scope (b){i::before{content:'{c}'}}",
    "@keyframes k{from{content:'{c}'}}",
    "b{i::before{content:'{c}'}}",
    "b{text-overflow:'{c}';hyphenate-character:'{c}';text-emphasis:'{c}'}",
    "b::before{content:counter(n) counters(n,'{c}')}",
    "b::before{content:var(--none,'{c}')}",
    "b::before{content:attr(data-x type(*),'{c}')}",
    "@import url(/said/{c}.css);",
    "b{background:url(\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><text>{c}</text></svg>\")}",
    "b{background:url('data:image/svg+xml;utf8,{c}')}",
    "a[href='/{c}']{color:red}",
    "b::before{content:'\\7a qx{c}'}",
)
_STYLE = "const s = box.querySelector('style').sheet; "
_RULE = "'b::before{content:\"' + c + '\"}'"

PLACES: tuple[Place, ...] = (
    *(Place(f"text in {tag}", f"<{tag}>{{c}}</{tag}>") for tag in _PLAIN),
    *(Place(f"text in {short(it)}", it) for it in _NESTED),
    *(Place(f"{name} of {tag}", f"<{tag} {name}='{{c}}'></{tag}>") for tag in _TITLED for name in _TITLES[:2]),
    *(Place(f"{name} of div", f"<div {name}='{{c}}'>x</div>") for name in _TITLES[2:]),
    *(Place(f"svg text {short(it)}", f"<svg>{it}</svg>") for it in _SVG),
    *(Place(f"css {short(it)}", f"<style>{it}</style><b>x</b>") for it in _CSS),
    Place("css in a file", "<link rel=stylesheet href='/said/{c}.css'>"),
    Place(
        "css in a file that the page changed",
        "<link rel=stylesheet href='/said/{c}.css'>",
        "const l = box.firstChild; const add = () => l.sheet.insertRule('u{color:red}'); "
        "l.sheet ? add() : l.onload = add",
    ),
    Place("style attribute: strings and custom properties", '<p style=\'--x:{c};quotes:"{c}" "{c}"\'>x</p>'),
    Place("style attribute: picture with text", "<p style='background:url(\"data:image/svg+xml,{c}\")'>x</p>"),
    Place(
        "picture with text: img",
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><text>{c}</text></svg>\">",
    ),
    Place(
        "picture with text: svg image",
        '<svg><image width=9 height=9 href="data:image/svg+xml,'
        "<svg xmlns='http://www.w3.org/2000/svg'><text>{c}</text></svg>\"/></svg>",
    ),
    Place("frame: its page", "<iframe srcdoc='<title>{c}</title><p title={c}>{c}</p>'></iframe>"),
    Place(
        "frame: of the same origin, changed",
        "<iframe src='/frame'></iframe>",
        "const f = box.firstChild; const put = () => { f.contentDocument.body.textContent = c }; "
        "f.onload = put; f.contentDocument?.body && put()",
    ),
    Place("frame: what its style says", "<iframe srcdoc='<style>b::before{content:\"{c}\"}</style><b>x'></iframe>"),
    Place("picture: alt", "<img src=/pixel.png alt='{c}'>"),
    Place("map: alt", "<map name=m><area alt='{c}' href=/></map>"),
    Place("input: placeholder", "<input placeholder='{c}'>"),
    Place("input type=number: placeholder", "<input type=number placeholder='{c}'>"),
    Place("textarea: placeholder", "<textarea placeholder='{c}'></textarea>"),
    Place("input type=submit: what it says", "<input type=submit value='{c}'>"),
    Place("input type=button: what it says", "<input type=button value='{c}'>"),
    Place("input type=reset: what it says", "<input type=reset value='{c}'>"),
    Place("input type=image: alt", "<input type=image alt='{c}' src=/pixel.png>"),
    Place("table: abbr of a heading", "<table><tr><th abbr='{c}'>x</table>"),
    Place("time: datetime", "<time datetime='{c}'>x</time>"),
    Place("text split in the middle", "<p>{c}</p>", "box.firstChild.firstChild.splitText(3)"),
    Place(
        "text letter by letter", "<p></p>", "for (const one of c) box.firstChild.append(one); box.firstChild.append(c)"
    ),
    Place("text: textContent", "<p>x</p>", "box.firstChild.textContent = c"),
    Place("text: innerHTML", "<p>x</p>", "box.firstChild.innerHTML = '<i>' + c"),
    Place("text: data", "<p>x</p>", "box.firstChild.firstChild.data = c"),
    Place("text: insertAdjacentText", "<p>x</p>", "box.firstChild.insertAdjacentText('beforeend', c)"),
    Place("text: replaced by another", "<p>x</p>", "box.firstChild.firstChild.replaceWith(c)"),
    Place(
        "text: put in by a range",
        "<p>x</p>",
        "const r = new Range(); r.selectNode(box.firstChild.firstChild); r.insertNode(new Text(c))",
    ),
    Place(
        "text: moved with moveBefore",
        "<p>x</p><i></i>",
        "box.firstChild.firstChild.data = c; box.lastChild.moveBefore?.(box.firstChild.firstChild, null)",
    ),
    Place("text: a selection in it", "<p>{c}</p>", "getSelection().selectAllChildren(box.firstChild)"),
    Place("text: in a fragment first", "", "const f = new DocumentFragment(); f.append(c); box.append(f)"),
    Place("text: removed and put back", "<p>x</p>", "const p = box.firstChild; p.remove(); p.append(c); box.append(p)"),
    Place(
        "text: CDATA of another document",
        "",
        "const d = new DOMParser().parseFromString('<a><![CDATA[' + c + "
        "']]></a>', 'text/xml'); box.append(document.adoptNode(d.documentElement.firstChild))",
    ),
    Place("title by property", "<p>x</p>", "box.firstChild.title = c"),
    Place("ariaLabel by property", "<p>x</p>", "box.firstChild.ariaLabel = c; box.firstChild.ariaDescription = c"),
    Place("option: text by property", "<select><option>x</select>", "box.querySelector('option').text = c"),
    Place("option: label by property", "<select><option>x</select>", "box.querySelector('option').label = c"),
    Place("option: added", "<select></select>", "box.firstChild.add(new Option(c, c, true, true))"),
    Place("table: row added", "<table></table>", "box.firstChild.insertRow().insertCell().append(c)"),
    Place("table: caption by property", "<table></table>", "box.firstChild.createCaption().append(c)"),
    Place("insertRule", "<style></style>", _STYLE + f"s.insertRule({_RULE})"),
    Place("insertRule within a rule", "<style>@media all{}</style>", _STYLE + f"s.cssRules[0].insertRule({_RULE})"),
    Place(
        "rule: a property set",
        "<style>b::before{}</style>",
        _STYLE + "s.cssRules[0].style.setProperty('content', '\"' + c + '\"'); s.insertRule('u{color:red}')",
    ),
    Place(
        "rule: a custom property set",
        "<style>b{}</style>",
        _STYLE + "s.cssRules[0].style.setProperty('--x', c); s.insertRule('u{color:red}')",
    ),
    Place("style element: its text", "<style></style>", f"box.firstChild.append({_RULE})"),
    Place("style property: custom property", "<p>x</p>", "box.firstChild.style.setProperty('--x', c)"),
    Place("style property: quotes", "<p>x</p>", "box.firstChild.style.quotes = '\"' + c + '\" \"' + c + '\"'"),
    Place("shadow root: text", "<x-s><template shadowrootmode=open><p title='{c}'>{c}</p></template></x-s>"),
    Place(
        "shadow root: of a shadow root",
        "<x-s><template shadowrootmode=open><x-s><template shadowrootmode=open>{c}</template></x-s></template></x-s>",
    ),
    Place(
        "shadow root: what its slot says alone", "<x-s><template shadowrootmode=open><slot>{c}</slot></template></x-s>"
    ),
    Place("shadow root: what is slotted", "<x-s><template shadowrootmode=open><slot></slot></template>{c}</x-s>"),
    Place(
        "shadow root: its style",
        "<x-s><template shadowrootmode=open><style>b::before{content:'{c}'}</style><b>x</template></x-s>",
    ),
    Place(
        "shadow root: attached later",
        "<div>x</div>",
        "setTimeout(() => { box.firstChild.attachShadow({mode: 'open'}).innerHTML = '<p title=' + c + '>' + c }, 50)",
    ),
    Place(
        "shadow root: adopted sheet",
        "<x-s><template shadowrootmode=open>x</template></x-s>",
        f"const s = new CSSStyleSheet(); s.replaceSync({_RULE}); box.firstChild.shadowRoot.adoptedStyleSheets = [s]",
    ),
    Place(
        "shadow root: adopted sheet that changes",
        "<x-s><template shadowrootmode=open>x</template></x-s>",
        "const s = new CSSStyleSheet(); box.firstChild.shadowRoot.adoptedStyleSheets = [s]; "
        f"setTimeout(() => s.replaceSync({_RULE}), 50)",
    ),
    Place(
        "shadow root: assigned by hand",
        "<div></div>",
        "const h = box.firstChild; const r = h.attachShadow({mode: "
        "'open', slotAssignment: 'manual'}); r.innerHTML = '<slot>'; h.append(c); r.firstChild.assign(h.firstChild)",
    ),
)
