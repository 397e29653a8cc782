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

const presses = new WeakMap<EventTarget, () => void>();

function pressed(event: Event): void {
  const target = event.isTrusted && event.composedPath().find((each) => presses.has(each));
  if (!target) return;
  event.stopImmediatePropagation();
  presses.get(target)?.();
}

// At the window: pages with a dialog of their own keep clicks from all that is outside of it.
addEventListener("click", pressed, true);

/** A button that only a person can press. */
export function button(testid: string, text: string, kind: string, press: () => void): HTMLButtonElement {
  const made = h("button", { type: "button", "data-testid": testid, class: kind }, text);
  presses.set(made, press);
  made.addEventListener("click", pressed);
  return made;
}

/** Disable for the first second. What it gives back does so again. */
export function arm(...buttons: HTMLButtonElement[]): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const disable = (disabled: boolean): void => {
    for (const each of buttons) each.disabled = disabled;
  };
  const again = (): void => {
    clearTimeout(timer);
    disable(true);
    timer = setTimeout(disable, timing.armMs, false);
  };
  again();
  return again;
}
