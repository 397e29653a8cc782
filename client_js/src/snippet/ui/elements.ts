// The few things that every piece of our UI is made of.

/** Prompts cannot be answered in their first second: a click meant for the page must not allow anything. */
export const timing = { armMs: 1_000 };

type Child = Node | string;

/** An element with attributes (a leading dot sets a property) and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const name in attributes) made.setAttribute(name, attributes[name] as string);
  made.append(...children);
  return made;
}

/** A button that only a person can press. */
export function button(testid: string, text: string, kind: string, press: () => void): HTMLButtonElement {
  const made = h("button", { type: "button", "data-testid": testid, class: kind }, text);
  made.addEventListener("click", (event) => {
    if (event.isTrusted) press();
  });
  return made;
}

/** Disable for the first second. */
export function arm(...buttons: HTMLButtonElement[]): void {
  for (const each of buttons) each.disabled = true;
  setTimeout(() => {
    for (const each of buttons) each.disabled = false;
  }, timing.armMs);
}
