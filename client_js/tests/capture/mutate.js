// Random, seeded changes to the page: `mutate(seed, count)` makes `count` of them at once.
window.mutate = (seed, count) => {
  let state = seed >>> 0 || 1;
  const random = (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
  const pick = (list) => list[random(list.length)];
  const roots = () => [document, ...[...document.querySelectorAll("*")].map((each) => each.shadowRoot).filter(Boolean)];
  const elements = () =>
    roots()
      .flatMap((root) => [...root.querySelectorAll("body *")])
      .concat([
        ...roots()
          .slice(1)
          .flatMap((root) => [...root.querySelectorAll("*")]),
      ]);
  const field = document.querySelector("#field") ?? document.body;
  const some = () => pick([field, ...elements()]);
  const word = () => pick(["lamp", "Müller", "日本", "a & b", "😀", "<b>", '"q"', "", "  "]) + random(100);
  const tags = [
    "div",
    "span",
    "p",
    "ul",
    "li",
    "b",
    "input",
    "textarea",
    "select",
    "option",
    "x-card",
    "table",
    "tr",
    "td",
    "script",
    "template",
    "iframe",
    "details",
    "summary",
    "unknowntag",
  ];
  const make = (depth = 0) => {
    const element = document.createElement(pick(tags));
    if (random(3) === 0) element.className = pick(["a", "secret", "hidden", "shown", "b c"]);
    if (depth < 3) for (let n = random(4); n--; ) element.append(random(2) ? make(depth + 1) : word());
    return element;
  };
  const inside = (outer, inner) => {
    for (let at = inner; at; at = at.parentNode || at.host) if (at === outer) return true;
    return false;
  };
  const actions = [
    () => some().append(make()),
    () => some().prepend(make()),
    () => some().before?.(make()),
    () => pick(elements())?.remove(),
    () => {
      const what = pick(elements());
      const where = some();
      if (what && what !== field && !inside(what, where)) where.insertBefore(what, pick([...where.childNodes, null]));
    },
    () => {
      const what = pick(elements());
      if (!what || what === field) return;
      const wrap = document.createElement("div");
      what.replaceWith(wrap);
      wrap.append(word(), what);
    },
    () => {
      const list = some();
      const children = [...list.childNodes];
      for (let n = children.length; n--; ) list.append(children.splice(random(children.length), 1)[0]);
    },
    () => some().append(word()),
    () => {
      const texts = [...some().childNodes].filter((node) => node.nodeType === 3);
      if (texts.length) pick(texts).data = word();
    },
    () => some().normalize(),
    () =>
      some().setAttribute(
        pick(["class", "title", "lang", "data-state", "onclick", "data-x", "aria-label", "dir", "hidden"]),
        pick(["a", "secret", "hidden", "shown", "x y", word()]),
      ),
    () => some().removeAttribute(pick(["class", "title", "lang", "contenteditable", "data-cobrowse", "role"])),
    () =>
      some().setAttribute(
        "style",
        pick(["color: red", "width: 3px; background: url(/pixel.png)", "--x: 'y'; color: var(--x)", ""]),
      ),
    () => some().setAttribute("data-cobrowse", pick(["mask", "hide", "show", "no-control", ""])),
    () =>
      some().setAttribute(pick(["contenteditable", "role"]), pick(["true", "false", "textbox", "button", "checkbox"])),
    () => {
      const host = pick(elements().filter((each) => /^(div|span|p|x-card)$/.test(each.localName) && !each.shadowRoot));
      if (!host || host === field) return;
      const root = host.attachShadow({ mode: "open" });
      root.append(make(), document.createElement("slot"));
      if (random(2)) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`p { width: ${random(99)}px }`);
        root.adoptedStyleSheets = [sheet];
      }
    },
    () => {
      const style = document.createElement("style");
      style.textContent = `.a { color: rgb(${random(255)} 0 0) } .b { margin: ${random(9)}px }`;
      some().append(style);
    },
    () => {
      const sheet = pick([...document.styleSheets]);
      if (!sheet) return;
      if (random(2) || !sheet.cssRules.length)
        sheet.insertRule(`.r${random(9)} { height: ${random(99)}px }`, random(sheet.cssRules.length + 1));
      else sheet.deleteRule(random(sheet.cssRules.length));
    },
    () => {
      const style = pick([...document.querySelectorAll("style")]);
      if (style) style.textContent = `i { height: ${random(9)}px }`;
    },
    () => {
      const input = pick(elements().filter((each) => each.localName === "input"));
      if (input) input.type = pick(["text", "password", "checkbox", "hidden", "submit", "date"]);
    },
    () => {
      const input = pick(elements().filter((each) => each.localName === "input" || each.localName === "textarea"));
      if (!input) return;
      input.value = pick(["", "4111 1111", "x"]);
      input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    },
    () => {
      const slot = pick(elements().filter((each) => each.localName === "slot"));
      slot?.setAttribute(pick(["name", "class"]), pick(["s", "", "secret"]));
    },
    () => some().setAttribute("slot", pick(["s", "", "t"])),
    () => {
      const some1 = some();
      if (some1 !== field && some1.parentNode)
        some1.parentNode.replaceChildren(...[...some1.parentNode.childNodes].reverse());
    },
  ];
  for (let n = 0; n < count; n++) {
    try {
      pick(actions)();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
    if (document.querySelectorAll("*").length > 1500) field.replaceChildren();
  }
};
