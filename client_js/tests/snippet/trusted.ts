/** What a person does, as far as a test can: an event that says it is trusted. */
export function trusted<T extends Event>(event: T): T {
  Object.defineProperty(event, "isTrusted", { value: true });
  return event;
}

export const press = (element: Element): boolean => element.dispatchEvent(trusted(new MouseEvent("click")));
