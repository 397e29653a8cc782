// What a person could read of a page, found without any code of the snippet or the mirror: its texts and elements in order,
// on the customer's side without what is private, by rules written down a second time. `rules` is null in the mirror, where
// nothing private is. What must hold: both have the very same texts, and the mirror has all these elements, in this order.
window.reading = (from, rules) => {
  const texts = [];
  const elements = [];
  const HTML = "http://www.w3.org/1999/xhtml";
  const SKIPPED = /^(select|option|optgroup|link|style|svg|canvas|video|audio|object|embed|textarea|progress|meter|output)$/;
  const EDITORS = /\b(textbox|searchbox|combobox|spinbutton)\b/i;
  const known = new Map();
  const says = (element, word, selectors) =>
    element.matches([`[data-cobrowse~=${word}]`, ...selectors].join());
  const isEditor = (element) => {
    const editable = element.getAttribute("contenteditable");
    return (
      !/^(input|select|textarea)$/.test(element.localName) &&
      ((editable !== null && !/^false$/i.test(editable)) || EDITORS.test(element.getAttribute("role") ?? ""))
    );
  };
  const own = (element) => ({
    masked: says(element, "mask", rules.mask) || (element.localName === "output" && !says(element, "show", rules.show)),
    hidden: says(element, "hide", rules.hide),
    shown: says(element, "show", rules.show),
    editor: isEditor(element),
  });
  /** Of a node and all it is in, in the tree and in what is drawn. */
  const privacy = (node) => {
    if (known.has(node)) return known.get(node);
    const found = node.nodeType === 1 ? own(node) : {};
    const frame = node.nodeType === 9 ? node.defaultView?.frameElement : null;
    for (const up of [node.parentNode, node.host, node.assignedSlot, frame]) {
      if (up) for (const [name, value] of Object.entries(privacy(up))) found[name] ||= value;
    }
    known.set(node, found);
    return found;
  };
  const isPrivate = (node) => {
    if (!rules) return false;
    const { masked, hidden, editor, shown } = privacy(node);
    return masked || hidden || (editor && !shown);
  };
  const visit = (node) => {
    if (node.nodeType === 3 || node.nodeType === 4) {
      if (/\S/.test(node.data) && !/^•+$/.test(node.data) && !isPrivate(node)) texts.push(node.data.toWellFormed());
      return;
    }
    if (node.nodeType === 1) {
      const name = node.localName;
      if (node.namespaceURI !== HTML || SKIPPED.test(name)) return;
      if (rules ? !rules.names.includes(name) && !/^[a-z][a-z0-9]*-/.test(name) : node.hasAttribute("data-cobrowse-placeholder"))
        return;
      if (rules && (own(node).hidden || (name === "input" && node.type === "hidden"))) return;
      if (!isPrivate(node)) elements.push(`${name}.${node.className}#${node.id} ${node.style.color} ${node.lang}`.toWellFormed());
      if (name === "input") return;
      if (name === "iframe") {
        const inside = node.contentDocument?.body;
        // In the place of a frame that is not shared, the mirror says so.
        if (inside && (rules || !/^Frame .*: not shared$/.test(inside.textContent))) visit(inside);
        return;
      }
      const { masked, shown } = rules ? privacy(node) : {};
      if (rules && isEditor(node) && (masked || !shown)) return;
      if (node.shadowRoot) visit(node.shadowRoot);
    }
    for (const child of node.childNodes) visit(child);
  };
  visit(from.body);
  return { texts, elements };
};
