// Where what a page masks is to be seen, in pixels of its viewport. Only what a field holds is painted over: its border,
// its place and its size are compared. A field that holds nothing is compared as it is, placeholder and all.
(root) => {
  const LABELS = ["submit", "button", "reset", "image", "hidden"];
  const TICKS = ["checkbox", "radio"];
  const TYPED = "[contenteditable]:not([contenteditable=false]), [role=textbox], [role=combobox]";
  const boxes = [];
  const isBanner = (element) => element.shadowRoot?.querySelector("[data-testid=banner]");
  /** What is on top at this point, through shadow roots, under our own banner. */
  const at = (x, y) => {
    let found = root.elementsFromPoint(x, y).find((each) => !isBanner(each));
    while (found?.shadowRoot) {
      const deeper = found.shadowRoot.elementFromPoint(x, y);
      if (!deeper || deeper === found) break;
      found = deeper;
    }
    return found;
  };
  const isInside = (element, found) => {
    for (let each = found; each; each = each.parentNode ?? each.host) if (each === element) return true;
    return false;
  };
  /** Not under a dialog, and not scrolled away: any of nine points of it can be hit, or none can by its style. */
  const isSeen = (element, { left, top, width, height }) => {
    if (getComputedStyle(element).pointerEvents === "none") return true;
    return [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => isInside(element, at(left + width * x, top + height * y))));
  };
  const add = (element, isInner) => {
    const box = element.getBoundingClientRect();
    if (!isSeen(element, box)) return;
    const style = getComputedStyle(element);
    const of = (side) => (isInner ? Number.parseFloat(style[`border-${side}-width`]) || 0 : 0);
    boxes.push([
      Math.floor(box.left + of("left")),
      Math.floor(box.top + of("top")),
      Math.ceil(box.right - of("right")),
      Math.ceil(box.bottom - of("bottom")),
    ]);
  };
  const look = (tree) => {
    for (const element of tree.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      const name = element.localName;
      if (element.closest("[data-cobrowse=show]")) continue;
      const isField = name === "input" || name === "textarea";
      if (element.matches(".account-number")) add(element, false);
      else if (name === "input" && TICKS.includes(element.type)) add(element, false);
      else if (name === "input" && LABELS.includes(element.type)) continue;
      else if ((isField && element.value !== "") || /^(select|progress|meter)$/.test(name)) add(element, true);
      else if (!isField && element.matches(TYPED)) add(element, true);
    }
  };
  look(root);
  // The window's own scroll bars are no part of the page; the room that they leave it is compared.
  const { innerWidth, innerHeight } = root.defaultView;
  const { clientWidth, clientHeight } = root.scrollingElement;
  boxes.push([clientWidth, 0, innerWidth, innerHeight], [0, clientHeight, innerWidth, innerHeight]);
  return boxes;
};
