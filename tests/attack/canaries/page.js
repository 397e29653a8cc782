// Plants the canaries. `TABLE` is [html, script] by number, `FROM` the number of the first masked place, `VISIBLE` of the
// first visible one; `WRAPPERS` is by the letter of a try. In all of them {c} is the canary and {box} the box. `SECRET`
// takes the place of all canaries but the visible ones, if it is not empty.
window.canaries = (() => {
  const LETTERS = "bcdfghjklmnpqrstvwxz";
  const canary = (n, how) =>
    (SECRET && (n < VISIBLE ? SECRET : "x")) ||
    `zqx${LETTERS[Math.floor(n / 400) % 20]}${LETTERS[Math.floor(n / 20) % 20]}${LETTERS[n % 20]}${how}`;
  const filled = (html, c) => html.replaceAll("{c}", c);
  const boxHtml = (n, how, c) => `<div data-box="${n} ${how}">${filled(TABLE[n][0], c)}</div>`;
  const numbers = (from, to) => Array.from({ length: to - from }, (_, at) => from + at);
  const all = numbers(0, VISIBLE);
  const masked = numbers(FROM, VISIBLE);
  const visible = numbers(VISIBLE, TABLE.length);
  const errors = [];

  function* roots(root) {
    yield root;
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) yield* roots(element.shadowRoot);
  }

  function boxes(how) {
    const found = [];
    for (const root of roots(document)) {
      for (const box of root.querySelectorAll("[data-box]")) {
        const [n, letter] = box.dataset.box.split(" ");
        if (letter === how) found.push([box, Number(n)]);
      }
    }
    return found;
  }

  function attempt(name, work) {
    try {
      return work();
    } catch (error) {
      errors.push(`${name}: ${error.message}`);
    }
  }

  function runScript(box, n, how) {
    const script = TABLE[n][1];
    if (script) attempt(`script ${n} ${how}`, () => new Function("box", "c", "live", script)(box, canary(n, how), "bcijklqrw".includes(how)));
  }

  function same(node, target) {
    if (node.nodeType !== 1 && node.data !== undefined && node.data !== target.data) node.data = target.data;
    if (node.nodeType === 1) {
      for (const { name, value } of target.attributes) {
        if (node.getAttribute(name) === value) continue;
        attempt(`attribute ${name}`, () => {
          node.setAttribute(name, value);
          if (name === "value" && node.localName === "input" && node.type !== "file") node.value = value;
        });
      }
      if (node.localName === "textarea") node.value = target.value;
      if (node.shadowRoot && target.shadowRoot) children(node.shadowRoot, target.shadowRoot);
    }
    children(node, target);
  }

  function children(node, target) {
    const now = [...node.childNodes];
    [...target.childNodes].forEach((child, at) => {
      if (now[at] && now[at].nodeName === child.nodeName) same(now[at], child);
    });
  }

  /** From the page with `x` in each place to the one with canaries. */
  function change(box, n, how) {
    const target = document.createElement("div");
    target.setHTMLUnsafe(filled(TABLE[n][0], canary(n, how)));
    children(box, target);
    runScript(box, n, how);
  }

  function insert(how, list, wrapper) {
    for (const n of list) {
      const made = document.createElement("div");
      made.setHTMLUnsafe(wrapper.replace("{box}", () => boxHtml(n, how, canary(n, how))));
      document.querySelector("main").append(made);
      const [box] = [...roots(made)].map((root) => root.querySelector("[data-box]")).filter(Boolean);
      runScript(box, n, how);
    }
  }

  const darkPlace = () => document.getElementById("dark");

  const live = {
    inserted: () => {
      insert("b", all.slice(0, FROM), "{box}");
      insert("b", masked, WRAPPERS.a);
      insert("w", visible, "{box}");
    },
    changed: () => boxes("c").forEach(([box, n]) => change(box, n, "c")),
    cloned: () =>
      boxes("a").forEach(([box]) => {
        const top = [...document.querySelector("main").children].find((each) => each.contains(box));
        document.querySelector("main").append(top.cloneNode(true));
      }),
    moved: () =>
      boxes("i").forEach(([box, n]) => {
        change(box, n, "i");
        darkPlace().append(box);
      }),
    "moved out and back": () =>
      boxes("j").forEach(([box, n]) => {
        const parent = box.parentNode;
        document.getElementById("free").append(box);
        change(box, n, "j");
        document.querySelector("main").append(box);
        parent.append(box);
      }),
    "masked later": () =>
      boxes("k").forEach(([box, n]) => {
        change(box, n, "k");
        if (n % 2) box.parentNode.dataset.cobrowse = "mask";
        else box.parentNode.className = "secret";
      }),
    "slotted later": () =>
      boxes("l").forEach(([box, n]) => {
        change(box, n, "l");
        const root = box.parentNode.attachShadow({ mode: "open" });
        root.innerHTML = "<section data-cobrowse=mask><slot></slot></section>";
      }),
    private: () => {
      insert("q", all, "{box}");
      boxes("r").forEach(([box, n]) => change(box, n, "r"));
    },
  };

  // At load: what was parsed with canaries in it gets its scripts.
  for (const how of ["a", "e", "f", "g", "h", "p", "v"]) for (const [box, n] of boxes(how)) runScript(box, n, how);
  return { live, errors };
})();
