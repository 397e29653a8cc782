// A question in the middle of a session. It comes beside the banner, not over the page, so that Stop stays reachable.
import { texts } from "../../shared/i18n/customer";
import { arm, button, h } from "./elements";

export interface Prompt {
  readonly card: HTMLElement;
  /** It was out of sight: its first second begins anew. */
  rearm(): void;
  /** Take it away without an answer. */
  withdraw(): void;
}

function ask(
  dock: HTMLElement,
  name: string,
  title: string,
  more: HTMLElement,
  yes: string,
  no: string,
  answer: (allow: boolean) => void,
): Prompt {
  const before = document.activeElement as HTMLElement | null;
  const withdraw = (): void => {
    const focused = card.contains((card.getRootNode() as ShadowRoot).activeElement);
    card.remove();
    if (focused) before?.focus({ preventScroll: true });
  };
  const reply = (allow: boolean) => () => {
    withdraw();
    answer(allow);
  };
  const allow = button(`${name}-allow`, yes, "main", reply(true));
  const deny = button(`${name}-deny`, no, "", reply(false));
  const card = h(
    "section",
    { class: "card", role: "alertdialog", "aria-labelledby": name, "aria-describedby": `${name}-more`, tabindex: "-1" },
    h("h2", { id: name }, title),
    more,
    h("div", { class: "row" }, deny, allow),
  );
  more.id = `${name}-more`;
  card.addEventListener("keydown", (event) => {
    if (event.isTrusted && event.key === "Escape" && !deny.disabled) reply(false)();
  });
  const rearm = arm(allow, deny);
  dock.prepend(card);
  card.focus({ preventScroll: true });
  return { card, rearm, withdraw };
}

export const askControl = (dock: HTMLElement, agent: string, answer: (allow: boolean) => void): Prompt =>
  ask(
    dock,
    "control",
    texts.askControl(agent),
    h("p", {}, texts.askControlMore(agent)),
    texts.allow,
    texts.denyControl,
    answer,
  );

/** The address in full: what the agent typed is what the customer reads. */
export const askNavigate = (
  dock: HTMLElement,
  agent: string,
  address: string,
  answer: (allow: boolean) => void,
): Prompt =>
  ask(
    dock,
    "navigate",
    texts.askNavigate(agent),
    h("p", { class: "address", dir: "ltr" }, address),
    texts.open,
    texts.denyNavigate,
    answer,
  );
