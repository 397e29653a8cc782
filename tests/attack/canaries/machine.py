"""What is for machines: attributes off the whitelist, scripts, comments, storage, addresses, frames, parts of media."""

from tests.attack.canaries.place import Place, short

_DATA = "data-x data-id data-user data-testid data-value data-content data-original-title data-json".split()
_EVENTS = "onclick onload onerror onfocus oninput onsubmit onmouseover ontoggle onbeforetoggle".split()
_DIV = (
    "itemprop itemid itemtype property typeof resource vocab about content is accesskey nonce contextmenu "
    "x-data x-text hx-vals hx-get ng-model jsaction v-bind:title :title :masked @click #ref [value] (click) "
    "aria-valuetext aria-valuenow aria-details aria-keyshortcuts aria-braillelabel aria-brailleroledescription "
    "aria-owns aria-activedescendant aria-errormessage aria-checked aria-selected aria-pressed aria-rowindextext "
    "aria-colindextext value href src name for key ref token secret autofocus enterkeyhint virtualkeyboardpolicy "
    "style:color background cite datetime title.once"
).split()
_LINK = "href=/p?t={c} href=/p#{c} href=/p/{c} href=mailto:{c} href=tel:{c} ping=/{c} download={c} target={c}".split()
_LINK += "hreflang={c} type={c} rel={c} name={c} charset={c} referrerpolicy={c}".split()
_FRAME = "src=/empty?t={c} name={c} sandbox={c} allow={c} longdesc={c} csp={c}".split()
_TAGS = (
    "template noscript noembed noframes xmp listing object audio video canvas iframe portal fencedframe "
    "applet math unknown dialogue"
).split()
_STYLE = "const s = box.querySelector('style').sheet; "
_SVG = (
    "<metadata>{c}</metadata>",
    "<script>'{c}'</script>",
    "<style>text{fill:url(/x?{c})}/*{c}*/</style>",
    "<foreignObject><p>{c}</p></foreignObject>",
    "<rect onclick='{c}' data-x='{c}'/>",
    "<a href='/{c}' xlink:href='/{c}' target='{c}'><rect width=1 height=1 /></a>",
    "<use href='/x.svg?{c}#i'/>",
    "<rect><animate attributeName=width values='{c}' from='{c}' to='{c}'/></rect>",
    "<rect><set attributeName=fill to='{c}'/></rect>",
    "<rect fill='url(/x?{c})' stroke='url(\"/x?{c}#g\")' filter='url(/f?{c})'/>",
    "<font-face><font-face-src><font-face-uri href='/{c}'/></font-face-src></font-face>",
    "<image href='/pixel.png?{c}' width=1 height=1 />",
    "<feImage href='/pixel.png?{c}'/>",
    "<cursor href='/{c}'/>",
    "<text systemLanguage='{c}' requiredExtensions='{c}'>x</text>",
)
_CSS = (
    "div{background:url(/pixel.png?{c})}",
    "div{background:image-set('/pixel.png?{c}' 1x)}",
    "@import url(/empty.css?{c});",
    "@font-face{font-family:f;src:url(/f.woff2?{c})}",
    "/* {c} */ div{color:red}",
    "div{cursor:url(/pixel.png?{c}),auto}",
    "div{background:url(https://elsewhere.invalid/{c})}",
    "div{mask-image:url(/pixel.png#{c}/x)}",
    "@namespace n url(/{c});",
    "div{clip-path:url(/x.svg?{c}#p)}",
    "/*# sourceMappingURL=/{c}.map */ div{color:red}",
    "div{color:red} {c}",
    "div{behavior:url(/{c});-moz-binding:url(/{c})}",
)

PLACES: tuple[Place, ...] = (
    *(Place(f"attribute {name}", f"<div {name}='{{c}}'>x</div>") for name in (*_DATA, *_EVENTS, *_DIV)),
    *(Place(f"link: {it.split('=')[0]} {it.split('=')[1][:4]}", f"<a {it}>x</a>") for it in _LINK),
    *(Place(f"frame: {it.split('=')[0]}", f"<iframe {it}></iframe>") for it in _FRAME),
    *(Place(f"inside of {tag}", f"<{tag}>{{c}}</{tag}>") for tag in _TAGS),
    *(Place(f"svg {short(it)}", f"<svg>{it}</svg>") for it in _SVG),
    *(Place(f"style {short(it)}", f"<style>{it}</style>") for it in _CSS),
    Place("comment", "<!-- {c} --><!--[if IE]>{c}<![endif]-->"),
    Place("comment that changes", "<!-- x -->", "box.firstChild.data = c"),
    Place("processing instruction", "", "box.append(document.createProcessingInstruction('x', c))"),
    Place("script", "<script type=text/plain>{c}</script>"),
    Place("script that runs", "<script>window.never = '{c}'</script>"),
    Place("script: JSON-LD", '<script type=application/ld+json>{"name": "{c}"}</script>'),
    Place("script: src", "<script src='/empty.js?t={c}'></script>"),
    Place("script: import map, speculation rules", '<script type=speculationrules>{"tag": "{c}"}</script>'),
    Place("meta", "<meta name=csrf-token content='{c}'><meta property='{c}' content=x>"),
    Place("link elements", "<link rel=canonical href='/{c}'><link rel=alternate href='/?{c}' title='{c}'>"),
    Place("link: stylesheet's address", "<link rel=stylesheet href='/empty.css?t={c}' integrity='' crossorigin>"),
    Place("link: icon, prefetch", "<link rel=icon href='/pixel.png?{c}'><link rel=prefetch href='/empty.css?{c}'>"),
    Place("template: declarative content", "<template><p title='{c}'>{c}</p><input value='{c}'></template>"),
    Place("area: href, ping", "<map name=m><area href='/{c}' ping='/{c}' shape=default></map>"),
    Place("form: action, target, name", "<form action='/{c}?{c}' target='{c}' name='{c}' id=f></form>"),
    Place("button: formaction, formtarget", "<button formaction='/{c}' formtarget='{c}' command='{c}'>x</button>"),
    Place("quote: cite", "<blockquote cite='/{c}'>x</blockquote><q cite='/{c}'>x</q><ins cite='/{c}'>x</ins>"),
    Place("ins, del: datetime", "<ins datetime='{c}'>x</ins><del datetime='{c}'>x</del>"),
    Place("img: address", "<img src='/pixel.png?token={c}'>"),
    Place("img: srcset, sizes", "<img srcset='/pixel.png?{c} 1x, /pixel.png?{c}2 2x' sizes='{c}'>"),
    Place("img: longdesc, lowsrc, name", "<img longdesc='/{c}' lowsrc='/{c}' name='{c}' src=/pixel.png>"),
    Place("img: property src", "<img>", "box.firstChild.src = '/pixel.png?' + c"),
    Place("picture: sources", "<picture><source srcset='/pixel.png?{c}'><img src='/pixel.png?{c}'></picture>"),
    Place("input type=image: address", "<input type=image src='/pixel.png?{c}'>"),
    Place(
        "video: poster, src, tracks",
        "<video src='/{c}' poster='/{c}'><track src='/{c}' label='{c}' srclang='{c}'>{c}</video>",
    ),
    Place("video: cues", "<video></video>", "box.firstChild.addTextTrack('captions', c).addCue(new VTTCue(0, 9, c))"),
    Place("audio: src", "<audio src='/{c}'><source src='/{c}'>{c}</audio>"),
    Place("object: data, param", "<object data='/{c}' name='{c}'><param name='{c}' value='{c}'>{c}</object>"),
    Place("embed: src", "<embed src='/{c}' type='{c}'>"),
    Place("canvas: drawn text", "<canvas></canvas>", "box.firstChild.getContext('2d').fillText(c, 5, 9)"),
    Place("canvas: text behind it", "<canvas><p>{c}</p></canvas>"),
    Place("frame: data address", "<iframe src='data:text/html,{c}'></iframe>"),
    Place("frame: sandboxed", "<iframe sandbox srcdoc='{c}'></iframe>"),
    Place("frame on a denied path", "<iframe src='/denied/{c}'></iframe>"),
    Place(
        "frame that went to a denied path",
        "<iframe src='/frame'></iframe>",
        "const f = box.firstChild; const go = () => { f.contentWindow.history.pushState(null, '', '/denied/' + c); "
        "f.contentDocument.body.textContent = c }; f.onload = go; "
        # It may have been there before this script.
        "f.contentWindow.location.pathname === '/frame' && f.contentDocument.readyState === 'complete' && go()",
    ),
    Place(
        "frame: what is for machines",
        "<iframe srcdoc='<p data-x={c} onclick={c}><!--{c}--><script>{c}</script>'></iframe>",
    ),
    Place("frame: a field", "<iframe srcdoc='<input value={c}><textarea>{c}</textarea>'></iframe>"),
    Place(
        "frame of another origin",
        "",
        "const f = document.createElement('iframe'); "
        "f.src = location.origin.replace('127.0.0.1', 'localhost') + '/frame?' + c; box.append(f)",
    ),
    Place("closed shadow root", "<x-c></x-c>", "box.firstChild.attachShadow({mode: 'closed'}).innerHTML = '<p>' + c"),
    Place("math", "<math><mtext>{c}</mtext><annotation>{c}</annotation></math>"),
    Place("element of no list", "<blink data-x='{c}'><zebra>{c}</zebra></blink>"),
    Place("custom element: attributes", "<x-card user='{c}' order-id='{c}' label='{c}'></x-card>"),
    Place("property of an element", "<div>x</div>", "box.firstChild.secret = c; box.secret = [c]"),
    Place("window: global", "", "window['g' + c.length] = c; window.dataLayer = [{user: c}]"),
    Place("window: name", "", "window.name = c"),
    Place("cookie", "", "document.cookie = 'session=' + c"),
    Place("localStorage", "", "localStorage.setItem('token', c)"),
    Place("sessionStorage", "", "sessionStorage.setItem('token', c)"),
    Place(
        "IndexedDB",
        "",
        "const r = indexedDB.open('db-' + c); r.onupgradeneeded = () => "
        "r.result.createObjectStore('s', {autoIncrement: true}).add({token: c})",
    ),
    Place("cache storage", "", "caches.open(c).then(cache => cache.put('/empty?' + c, new Response(c)))"),
    Place("history state", "", "history.replaceState({token: c}, '')"),
    Place("address: fragment", "", "history.replaceState(null, '', '#' + c)"),
    Place("address: query of no list", "", "history.pushState(null, '', '?token=' + c + '&q=lamp')"),
    Place("address: query without a value", "", "history.pushState(null, '', '?' + c)"),
    Place(
        "address: segment that looks like a token", "", "history.pushState(null, '', '/live/9f8e7d6c5b4a3f2e1d' + c)"
    ),
    Place("address: segment with a long number", "", "history.pushState(null, '', '/live/400000000011' + c)"),
    Place(
        "address: listed query that holds a token", "", "history.pushState(null, '', '/live?q=9f8e7d6c5b4a3f2e1d' + c)"
    ),
    Place(
        "address: changed while text changes",
        "<p>x</p>",
        "history.pushState(null, '', '/denied/' + c); "
        "box.firstChild.textContent = c; box.replaceChildren(); history.pushState(null, '', '/live')",
    ),
    Place("performance: entries", "", "performance.mark(c); performance.measure(c); fetch('/empty?' + c)"),
    Place("request: header and body", "", "fetch('/empty', {method: 'POST', headers: {'X-Token': c}, body: c})"),
    Place("error that nobody catches", "", "setTimeout(() => { throw new Error(c) })"),
    Place("promise that nobody catches", "", "Promise.reject(new Error(c))"),
    Place("console of the page", "", "console.debug(c)"),
    Place("event: detail", "", "document.dispatchEvent(new CustomEvent('x', {detail: c, bubbles: true}))"),
    Place("message to itself", "", "postMessage({token: c}, '*'); new BroadcastChannel(c).postMessage(c)"),
    Place(
        "drag data",
        "<div draggable=true>x</div>",
        "const d = new DataTransfer(); d.setData('text/plain', c); "
        "box.firstChild.dispatchEvent(new DragEvent('dragstart', {dataTransfer: d, bubbles: true}))",
    ),
    Place(
        "clipboard data",
        "<div>x</div>",
        "const d = new DataTransfer(); d.setData('text/plain', c); "
        "box.firstChild.dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true}))",
    ),
    Place(
        "keys, one by one",
        "<div tabindex=0>x</div>",
        "for (const key of c) box.firstChild.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))",
    ),
    Place(
        "composition",
        "<input>",
        "box.firstChild.dispatchEvent(new CompositionEvent('compositionupdate', {data: c, bubbles: true}))",
    ),
    Place("worker: name", "", "new Worker(URL.createObjectURL(new Blob(['0'])), {name: c}).terminate()"),
    Place(
        "highlight and animation: names",
        "<p>x</p>",
        "CSS.highlights?.set(c, new Highlight()); "
        "box.firstChild.animate({color: ['red', 'blue']}, {id: c, duration: 9})",
    ),
    Place("insertRule: address", "<style></style>", _STYLE + "s.insertRule('p{background:url(/pixel.png?' + c + ')}')"),
    Place(
        "rule: an address set",
        "<style>p{color:red}</style>",
        _STYLE + "s.cssRules[0].style.setProperty('background-image', 'url(/pixel.png?' + c + ')'); "
        "s.insertRule('u{color:red}')",
    ),
    Place(
        "adopted sheet: address",
        "",
        "const s = new CSSStyleSheet(); s.replaceSync('.z{background:url(/pixel.png?' "
        "+ c + ')}'); document.adoptedStyleSheets.push(s)",
    ),
    Place("style attribute: address", "<p style='background:url(/pixel.png?{c})'>x</p>"),
    Place("style attribute: of another host", "<p style='background:url(//elsewhere.invalid/{c})'>x</p>"),
    Place("attribute set by namespace", "<div>x</div>", "box.firstChild.setAttributeNS('urn:x', 'x:href', c)"),
    Place("a page where a picture should be", "<style>u{background:url(/soft/{c})}</style><u>x</u>"),
    Place("comments in a linked style", "<link rel=stylesheet href='/noted/{c}.css'>"),
    Place(
        "address of the page, told to all that it asks",
        "",
        "history.replaceState(null, '', '/live?token=' + c + '#' + c)",
    ),
)
