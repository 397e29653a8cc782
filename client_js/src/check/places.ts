// Where an element is, as a CSS path that stays the same when the page's content changes: without ids and classes that
// hold numbers, and without the place in a list.

/** In these, one is as good as the next. */
const LISTED = /^(tr|li|option|article|dl)$/;
/** So many alike with a class are a list, too. */
const LIST_FROM = 3;
const STEPS_MAX = 12;
const CLASSES_MAX = 2;
const STABLE = /^[A-Za-z_][A-Za-z_-]{0,40}$/;
const HINTS = ["id", "class", "name", "itemprop", "autocomplete", "data-testid", "data-test", "data-field", "headers"];

const elementOf = (node: Node): Element | null =>
  node instanceof Element ? node : (node.parentElement ?? (node.getRootNode() as ShadowRoot).host ?? null);

/** The path; ` >>> ` stands where a shadow root begins. */
export function pathOf(node: Node): string {
  const element = elementOf(node);
  if (!element) return "";
  const root = element.getRootNode();
  const within = pathInRoot(element, root as Document | ShadowRoot);
  return root instanceof ShadowRoot ? `${pathOf(root.host)} >>> ${within}` : within;
}

function pathInRoot(element: Element, root: Document | ShadowRoot): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && steps.length < STEPS_MAX; at = at.parentElement) {
    const id = at.getAttribute("id") ?? "";
    if (STABLE.test(id) && root.querySelectorAll(`#${id}`).length === 1) {
      steps.unshift(`#${id}`);
      break;
    }
    steps.unshift(stepOf(at));
    if (at.localName === "body") break;
  }
  return steps.join(" > ");
}

function stepOf(element: Element): string {
  const tag = CSS.escape(element.localName);
  const classes = [...element.classList].filter((name) => STABLE.test(name)).slice(0, CLASSES_MAX);
  const step = [tag, ...classes].join(".");
  const siblings = [...(element.parentNode?.children ?? [])];
  const alike = siblings.filter((each) => each.matches(step));
  if (alike.length < 2 || LISTED.test(tag) || (classes.length && alike.length >= LIST_FROM)) return step;
  const place = siblings.filter((each) => each.localName === element.localName).indexOf(element) + 1;
  return `${step}:nth-of-type(${place})`;
}

/** What its own names and those of its parent say, in lower case. */
export function hintsOf(node: Node): string {
  const element = elementOf(node);
  return [element, element?.parentElement]
    .flatMap((each) => HINTS.map((name) => each?.getAttribute(name) ?? ""))
    .filter(Boolean)
    .join(" ")
    .slice(0, 500)
    .toLowerCase();
}
