// 500 seeded mutations of the shop's page, in bursts, so that frames leave in between. Run in the customer's page.
async (seed) => {
  const pause = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let state = seed >>> 0;
  // mulberry32: small, seeded, good enough.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const pick = (list) => list[Math.floor(random() * list.length)];
  const main = document.querySelector("main");
  const elements = () => [main, ...main.querySelectorAll("*")].filter((node) => node.namespaceURI.endsWith("xhtml"));
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const counts = {};

  const actions = {
    insert() {
      const node = document.createElement(pick(["div", "p", "span", "ul", "section", "button", "rating-stars"]));
      node.textContent = `made ${Math.floor(random() * 1e6)}`;
      const parent = pick(elements());
      parent.insertBefore(node, pick([null, ...parent.childNodes]));
    },
    nest() {
      const outer = document.createElement("article");
      for (let i = 0; i < 4; i++) outer.append(document.createElement("b"), `text ${i}`);
      pick(elements()).append(outer);
    },
    remove() {
      const node = pick(elements());
      if (node !== main && main.querySelectorAll("*").length > 60) node.remove();
    },
    move() {
      const node = pick(elements());
      const parent = pick(elements());
      if (node !== main && !node.contains(parent)) parent.insertBefore(node, pick([null, ...parent.childNodes]));
    },
    shuffle() {
      const parent = pick(elements());
      parent.append(...[...parent.childNodes].sort(() => random() - 0.5));
    },
    text() {
      const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) texts.push(walker.currentNode);
      if (texts.length) pick(texts).data = `changed ${Math.floor(random() * 1e6)}`;
    },
    attribute() {
      pick(elements()).setAttribute(pick(["class", "title", "id", "data-state", "aria-label", "onclick", "data-x"]), `v${Math.floor(random() * 99)}`);
    },
    unset() {
      pick(elements()).removeAttribute(pick(["class", "title", "id", "data-state"]));
    },
    style() {
      pick(elements()).style.setProperty(pick(["color", "margin-left", "opacity"]), pick(["red", "3px", "0.5"]));
    },
    shadow() {
      const node = document.createElement("div");
      node.attachShadow({ mode: "open" }).append(document.createElement("i"), "in the shadow");
      pick(elements()).append(node);
    },
    field() {
      const node = document.createElement("input");
      node.value = "secret";
      pick(elements()).append(node);
    },
    rule() {
      if (sheet.cssRules.length > 5 && random() < 0.5) sheet.deleteRule(Math.floor(random() * sheet.cssRules.length));
      else sheet.insertRule(`.v${Math.floor(random() * 99)} { color: rgb(${Math.floor(random() * 255)}, 0, 0); }`, Math.floor(random() * (sheet.cssRules.length + 1)));
    },
    detour() {
      const node = pick(elements());
      if (node === main) return;
      const parent = node.parentNode;
      const next = node.nextSibling;
      node.remove();
      parent.insertBefore(node, next);
    },
  };
  for (let i = 0; i < 500; i++) {
    const name = pick(Object.keys(actions));
    counts[name] = (counts[name] ?? 0) + 1;
    actions[name]();
    if (random() < 0.1) await pause();
  }
  return counts;
}
