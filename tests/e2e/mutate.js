// Random changes of a page, of every kind that pages make. `mutator(options).step(n)` makes the n-th: what it does follows
// from the seed, its number and what the page is by then, so any part of a run can be made again, or left out.
window.mutator = ({ seed, root = "#field", classes = {}, most = 450, without = [] }) => {
  const { masked = "secret", hidden = "hidden", shown = "shown", still = "still" } = classes;
  const field = document.querySelector(root);
  const counts = {};
  const modal = new Set();
  const risen = new Set();
  let state = 1;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const random = (below) => next() % below;
  const pick = (list) => list[random(list.length)];
  const often = (one, of) => random(of) < one;
  const word = () =>
    pick(["lamp", "Müller", "日本", "a & b", "😀", "<b>", '"q"', "", "  ", "\n", "مرحبا", "\ud83d", "x\u0000y"]) + random(100);
  const tags =
    "div span p ul li b i em strong section article h2 a button label x-card table tbody tr td input textarea select option script template iframe details summary unknowntag fieldset legend dialog slot img video canvas progress meter output style picture svg".split(
      " ",
    );
  const types = "text password checkbox radio hidden submit date range number file email color search".split(" ");

  // --- what is there, through open shadow roots and frames of the same origin

  const inner = (element) => [
    element.shadowRoot,
    element.localName === "iframe" && !element.hasAttribute("sandbox") ? element.contentDocument?.body : null,
  ];
  /** Of this step, before anything was changed. */
  let there;
  const elements = () => {
    if (there) return there;
    const found = [];
    there = found;
    const visit = (top) => {
      for (const element of top.querySelectorAll("*")) {
        // The snippet's own.
        if (element.shadowRoot?.querySelector(".dock")) continue;
        found.push(element);
        for (const more of inner(element)) if (more) visit(more);
      }
    };
    visit(field);
    return found;
  };
  const parents = () => [field, ...elements().flatMap((each) => [each, ...inner(each).filter(Boolean)])];
  const some = () => pick([field, ...elements()]);
  const place = () => pick(parents());
  // Of what is written in an SVG, `select` and the like are no fields.
  const of = (...names) =>
    pick(elements().filter((each) => names.includes(each.localName) && each.namespaceURI === field.namespaceURI));
  // What is emptied or replaced is never most of the page.
  const small = () => pick(elements().filter((each) => each.querySelectorAll("*").length < 9));
  const before = (parent) => pick([...parent.childNodes, null]);
  const holds = (outer, node) => {
    for (let at = node; at; at = at.parentNode ?? at.host ?? at.defaultView?.frameElement) if (at === outer) return true;
    return false;
  };
  const texts = () =>
    parents()
      .flatMap((each) => [...each.childNodes])
      .filter((node) => node.nodeType === 3);

  // --- what is made

  const make = (depth = 0) => {
    const name = pick(tags);
    if (name === "svg") return drawing();
    const element = document.createElement(name);
    if (often(1, 3)) element.className = pick(["a", masked, hidden, shown, still, "b c"]);
    if (name === "input") element.type = pick(types);
    else if (name === "style") element.textContent = css();
    // What is in it is not run.
    else if (name === "script") element.type = "text/plain";
    else if (name === "img") element.src = pick(["/pixel.png", "/none.png", "data:,x"]);
    else if (depth < 3) for (let n = random(4); n--; ) element.append(often(1, 2) ? make(depth + 1) : word());
    return element;
  };
  const drawing = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const name of ["symbol", "use", "text", "path", "g"].slice(random(5))) {
      const part = document.createElementNS(svg.namespaceURI, name);
      if (name === "text") part.textContent = word();
      if (name === "symbol") part.id = `s${random(9)}`;
      if (name === "use") part.setAttribute("href", `#s${random(9)}`);
      if (name === "path") part.setAttribute("d", `M0 0h${random(9)}`);
      svg.append(part);
    }
    return svg;
  };
  const css = () =>
    pick([
      `.a { color: rgb(${random(255)} 0 0) } .b { margin: ${random(9)}px }`,
      `@media (width > ${random(900)}px) { .c { color: red } }`,
      `.v${random(99)}::before { content: "${random(9)}" }`,
      `@layer l${random(3)} { i { height: ${random(9)}px } }`,
      `@container (width > ${random(300)}px) { b { margin: 1px } }`,
      `:root { --x: ${random(99)}px } .d { width: var(--x) }`,
      `.e { background: url(/pixel.png?${random(9)}) } @font-face { font-family: f${random(9)}; src: url(/f.woff2) }`,
      `.f:hover { color: red; & b { color: blue } }`,
      "",
    ]);
  const html = () =>
    pick([
      `<p class=a>${random(99)}<b>x</b></p>`,
      `<ul><li>1<li class="${masked}">2<li>3</ul>`,
      `<div><div slot=s>a</div>b<i>c</i></div>`,
      `<select><option>A<option selected>B</select><textarea>t</textarea>`,
      `<table><tr><td>1<td>2</table>`,
      "text only",
      `<!-- said -->`,
      `<input value=v><label><input type=checkbox checked>x</label>`,
      "",
    ]);
  const sheetOf = () =>
    pick(
      parents()
        .map((each) => each.getRootNode())
        .flatMap((each) => [...(each.adoptedStyleSheets ?? []), ...(each.styleSheets ?? [])])
        .filter((sheet) => sheet?.ownerNode?.localName !== "link"),
    );
  const tell = (element, ...kinds) => {
    for (const kind of kinds) element.dispatchEvent(new Event(kind, { bubbles: true, composed: true }));
  };

  const actions = {
    append: () => place().append(make()),
    many() {
      const list = document.createElement(pick(["ul", "section"]));
      for (let n = 12; n--; ) list.append(make(2));
      field.append(list);
    },
    prepend: () => place().prepend(make()),
    before: () => some().before?.(make()),
    nest() {
      const outer = make(3);
      for (let n = 4; n--; ) outer.append(make(2), word());
      place().append(outer);
    },
    remove: () => small()?.remove(),
    detour() {
      const node = pick(elements());
      if (!node) return;
      const { parentNode, nextSibling } = node;
      node.remove();
      parentNode?.insertBefore(node, nextSibling);
    },
    move() {
      const what = pick(elements());
      const where = place();
      if (what && !holds(what, where)) where.insertBefore(what, before(where));
    },
    moveText() {
      const what = pick(texts());
      const where = place();
      if (what) where.insertBefore(what, before(where));
    },
    wrap() {
      const what = pick(elements());
      if (!what) return;
      const outer = document.createElement(pick(["div", "span", "p"]));
      if (often(1, 4)) outer.className = masked;
      what.replaceWith(outer);
      outer.append(word(), what);
    },
    unwrap() {
      const what = pick(elements());
      if (what?.parentNode) what.replaceWith(...what.childNodes);
    },
    swap() {
      const [one, other] = [pick(elements()), pick(elements())];
      if (!one || !other || holds(one, other) || holds(other, one)) return;
      const mark = document.createComment("");
      one.replaceWith(mark);
      other.replaceWith(one);
      mark.replaceWith(other);
    },
    shuffle() {
      const parent = place();
      const children = [...parent.childNodes];
      for (let n = children.length; n--; ) parent.append(children.splice(random(children.length), 1)[0]);
    },
    reverse() {
      const parent = place();
      parent.replaceChildren(...[...parent.childNodes].reverse());
    },
    replaceChildren() {
      const parent = small();
      parent?.replaceChildren(...(often(1, 2) ? [make(), word()] : []));
    },
    innerHTML() {
      const parent = small();
      if (parent && parent.localName !== "script") parent.innerHTML = html();
    },
    outerHTML() {
      const what = small();
      if (what?.parentNode) what.outerHTML = html();
    },
    insertAdjacentHTML: () => pick(elements())?.insertAdjacentHTML(pick(["beforebegin", "afterbegin", "afterend"]), html()),
    shadowHTML: () =>
      place().setHTMLUnsafe?.(
        `<div><template shadowrootmode=open><p>in</p><slot></slot><slot name=s></slot></template>out<b slot=s>s</b></div>`,
      ),
    extract() {
      const range = document.createRange();
      const [from, to] = [pick(texts()), pick(texts())];
      if (!from || !to || from.getRootNode() !== to.getRootNode()) return;
      const [first, last] = from.compareDocumentPosition(to) & 4 ? [from, to] : [to, from];
      range.setStart(first, random(first.length + 1));
      range.setEnd(last, first === last ? last.length : random(last.length + 1));
      const taken = often(1, 2) ? range.extractContents() : range.cloneContents();
      place().append(taken);
    },
    surround() {
      const text = pick(texts());
      if (!text) return;
      const range = document.createRange();
      range.selectNodeContents(text);
      range.surroundContents(document.createElement(pick(["b", "mark", "div"])));
    },
    clone() {
      const what = pick(elements());
      if (what && what.querySelectorAll("*").length < 40) place().append(what.cloneNode(true));
    },
    adopt() {
      const other = document.implementation.createHTMLDocument("");
      other.body.innerHTML = html();
      const node = other.body.firstChild;
      if (node) place().append(often(1, 2) ? document.adoptNode(node) : document.importNode(node, true));
    },
    leave() {
      // Into another document and back.
      const what = pick(elements());
      if (!what) return;
      const where = place();
      if (holds(what, where)) return;
      document.implementation.createHTMLDocument("").body.append(what);
      where.append(what);
    },
    text() {
      const text = pick(texts());
      if (text) text.data = word();
    },
    appendText: () => place().append(word()),
    appendData: () => pick(texts())?.appendData(word()),
    textContent() {
      const what = small();
      if (what) what.textContent = word();
    },
    splitText() {
      const text = pick(texts());
      text?.splitText(random(text.length + 1));
    },
    normalize: () => place().normalize(),
    attribute: () =>
      some().setAttribute(
        pick("class title lang data-state onclick data-x aria-label dir hidden slot id part tabindex inert".split(" ")),
        pick(["a", masked, shown, still, "x y", "s", "ltr", "0", word()]),
      ),
    unset: () =>
      some().removeAttribute(
        pick("class title lang contenteditable data-cobrowse role slot hidden style type open id inert popover".split(" ")),
      ),
    classes: () => (small() ?? field).classList.toggle(pick(["a", "b", masked, hidden, shown, still])),
    style() {
      const { style } = some();
      if (often(1, 3)) style.cssText = pick(["", "color: red", "width: 9px; --x: 'y'", "background: url(/pixel.png)"]);
      else style.setProperty(pick(["color", "margin-left", "opacity", "--y"]), pick(["red", "3px", "0.5", ""]));
    },
    styleAttribute: () =>
      some().setAttribute("style", pick(["color: red", "width: 3px; background: url(/pixel.png)", "--x: 'y'", "", "}{"])),
    privacy: () =>
      (small() ?? field).setAttribute("data-cobrowse", pick(["mask", "hide", "show", "no-control", "", "mask no-control"])),
    unprivate: () => some().removeAttribute(pick(["class", "data-cobrowse", "role", "contenteditable"])),
    role: () =>
      some().setAttribute(
        pick(["contenteditable", "role"]),
        pick(["true", "false", "textbox", "button", "checkbox", "slider", "combobox", "option"]),
      ),
    shadow() {
      const host = pick(
        elements().filter((each) => /^(div|span|p|section|article|x-card)$/.test(each.localName) && !each.shadowRoot),
      );
      if (!host) return;
      const manual = often(1, 5);
      const shadow = host.attachShadow({ mode: often(1, 9) ? "closed" : "open", slotAssignment: manual ? "manual" : "named" });
      const slot = document.createElement("slot");
      slot.append("fallback");
      if (often(1, 3)) slot.name = "s";
      shadow.append(make(), slot);
      if (manual) slot.assign(...[...host.children].slice(0, 2));
      if (often(1, 2)) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(css());
        shadow.adoptedStyleSheets = [sheet];
      }
    },
    slot() {
      const slot = of("slot");
      if (!slot) return;
      const given = [...(slot.getRootNode().host?.childNodes ?? [])].filter((node) => /^[13]$/.test(node.nodeType));
      if (often(1, 3)) slot.assign(...given.slice(random(3)));
      else slot.setAttribute(pick(["name", "class", "data-cobrowse"]), pick(["s", "", masked, "mask"]));
    },
    slotted: () => some().setAttribute("slot", pick(["s", "", "t"])),
    adoptSheet() {
      const top = pick([document, ...elements().map((each) => each.shadowRoot).filter(Boolean)]);
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css());
      const now = [...top.adoptedStyleSheets];
      if (now.length > 4 || often(1, 4)) now.splice(random(now.length), 1);
      else now.splice(random(now.length + 1), 0, sheet);
      if (often(1, 3)) now.reverse();
      if (often(1, 2)) top.adoptedStyleSheets = now;
      else top.adoptedStyleSheets.splice(0, top.adoptedStyleSheets.length, ...now);
    },
    rule() {
      const sheet = sheetOf();
      if (!sheet) return;
      const { length } = sheet.cssRules;
      if (often(2, 3) || !length) sheet.insertRule(`.r${random(9)} { height: ${random(99)}px }`, random(length + 1));
      else sheet.deleteRule(random(length));
    },
    groupRule() {
      const group = [...(sheetOf()?.cssRules ?? [])].find((rule) => rule instanceof CSSGroupingRule);
      if (!group) return;
      if (group.cssRules.length > 2) group.deleteRule(0);
      else group.insertRule(`u { width: ${random(99)}px }`, 0);
    },
    setProperty() {
      const rule = [...(sheetOf()?.cssRules ?? [])].find((each) => each.style);
      rule?.style.setProperty(pick(["color", "margin"]), pick(["red", "3px", ""]));
    },
    selectorText() {
      const rule = [...(sheetOf()?.cssRules ?? [])].find((each) => each.selectorText);
      if (rule) rule.selectorText = `.q${random(99)}`;
    },
    replaceSheet() {
      const sheet = pick([...document.adoptedStyleSheets]);
      if (sheet) sheet.replaceSync(css());
    },
    disableSheet() {
      const sheet = sheetOf();
      if (sheet) sheet.disabled = often(1, 2);
    },
    styleText() {
      const style = of("style");
      if (style) style.textContent = css();
    },
    styleElement() {
      const style = document.createElement("style");
      if (often(1, 4)) style.media = pick(["print", "screen", "(width > 500px)"]);
      style.textContent = css();
      place().append(style);
    },
    type() {
      const input = of("input");
      if (input) input.type = pick(types);
    },
    value() {
      const input = of("input", "textarea");
      if (!input || input.type === "file") return;
      input.value = pick(["", "4111 1111", "x", "2026-01-01", "7"]);
      tell(input, "input");
    },
    check() {
      const input = of("input");
      if (!input) return;
      input.checked = often(1, 2);
      input.indeterminate = often(1, 4);
      tell(input, "input", "change");
    },
    choose() {
      const select = of("select");
      if (!select?.options.length) return;
      select.selectedIndex = random(select.options.length + 1) - 1;
      tell(select, "input", "change");
    },
    silent() {
      // Without any event: only looking again tells.
      const input = of("input", "textarea", "select");
      if (!input || input.type === "file") return;
      if (input.localName === "select") input.selectedIndex = -1;
      else if (often(1, 2)) input.value = pick(["", "7"]);
      else input.checked = !input.checked;
    },
    fieldState: () =>
      of("input", "button", "select", "textarea", "fieldset", "option")?.toggleAttribute(
        pick(["disabled", "required", "readonly", "multiple", "checked", "selected"]),
      ),
    details() {
      const details = of("details");
      if (details) details.open = !details.open;
    },
    dialog() {
      const dialog = of("dialog");
      if (!dialog?.isConnected) return;
      if (dialog.open) dialog.close();
      else if (often(1, 2)) {
        dialog.showModal();
        modal.add(dialog);
      } else dialog.show();
    },
    popover() {
      const what = pick(elements().filter((each) => each.localName !== "dialog"));
      if (!what || !("popover" in what)) return;
      if (!what.popover) what.popover = pick(["auto", "manual"]);
      else {
        what.togglePopover();
        risen.add(what);
      }
    },
    focus() {
      const what = pick(elements().filter((each) => /^(a|button|input|textarea|select|summary)$/.test(each.localName)));
      if (often(1, 4)) document.activeElement?.blur();
      else what?.focus({ preventScroll: true });
    },
    scroll() {
      const what = pick(elements().filter((each) => /^(div|section|ul|p)$/.test(each.localName)));
      if (!what) return;
      if (often(1, 2)) what.style.cssText = "height: 20px; width: 60px; overflow: scroll";
      what.scrollTop = random(30);
      what.scrollLeft = random(30);
    },
    scrollPage: () => window.scrollTo(0, random(400)),
    select() {
      const text = pick(texts());
      if (!text || text.getRootNode() !== document) return;
      if (often(1, 3)) getSelection().removeAllRanges();
      else getSelection().setBaseAndExtent(text, 0, text, text.length);
    },
    frame() {
      const frame = document.createElement("iframe");
      if (often(1, 6)) frame.setAttribute("sandbox", "");
      if (often(1, 3)) frame.srcdoc = html();
      place().append(frame);
      if (frame.contentDocument?.body && !frame.srcdoc) frame.contentDocument.body.append(make());
    },
    frameDocument() {
      const frame = of("iframe");
      const inside = frame?.contentDocument;
      if (!inside) return;
      if (often(1, 3)) {
        inside.open();
        inside.write(html());
        inside.close();
      } else if (often(1, 3)) frame.srcdoc = html();
      else inside.body?.append(make());
    },
    upgrade() {
      // The name is known from now on: those that are there get a shadow root.
      const name = `x-late${random(6)}`;
      if (often(1, 2)) place().append(document.createElement(name), word());
      else if (!customElements.get(name)) {
        class Late extends HTMLElement {
          constructor() {
            super();
            this.attachShadow({ mode: "open" }).innerHTML = "<b>late</b><slot></slot>";
          }
        }
        customElements.define(name, Late);
      }
    },
    body: () =>
      document.documentElement.setAttribute(pick(["lang", "class", "data-theme"]), pick(["de", "dark", "light", "a b"])),
    title() {
      document.title = word();
    },
  };
  const names = Object.keys(actions).filter((name) => !without.includes(name));

  return {
    names,
    counts,
    /** Nothing stays over the page: it may leave nothing to be used, nor the snippet's banner. */
    calm() {
      for (const dialog of modal) if (dialog.open) dialog.close();
      for (const each of risen) if (each.matches(":popover-open")) each.hidePopover();
      modal.clear();
      risen.clear();
    },
    /** Make the n-th change; its name. */
    step(n) {
      state = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b)) >>> 0;
      next();
      there = undefined;
      const name = pick(names);
      counts[name] = (counts[name] ?? 0) + 1;
      try {
        actions[name]();
      } catch (error) {
        // What the DOM does not allow, a page cannot do either. It may be the DOM of a frame.
        if (error?.constructor?.name !== "DOMException") throw error;
      }
      // A field that hides all would leave nothing to compare.
      if (!(n % 25)) for (const name of ["class", "data-cobrowse", "role", "contenteditable", "hidden", "inert"]) field.removeAttribute(name);
      // What was there is counted, not what is: a step adds little.
      if (there?.length > most) for (const each of [...field.children].slice(0, 1 + field.children.length / 3)) each.remove();
      return name;
    },
  };
};
