// Asks the customer. Nothing about the page has left the tab before both Allow and the right digits.
import { texts } from "../shared/i18n/customer";
import { arm, button, h } from "./ui/elements";

export interface Consent {
  readonly card: HTMLDialogElement;
  /** It was out of sight: its first second begins anew. */
  rearm(): void;
  /** Allowed, but the agent has not entered the digits yet; or there is no connection. */
  update(allowed: boolean, down: boolean): void;
}

export interface ConsentHost {
  agent: string;
  site: string;
  /** The site's policy shows what is typed into some fields. */
  shows: boolean;
  consent(allow: boolean): void;
}

export function askConsent({ agent, site, shows, consent: answer }: ConsentHost, digits: string): Consent {
  const [before, after] = texts.digits(agent);
  const title = h("h2", { id: "ask", tabindex: "-1", autofocus: "" }, texts.ask(agent));
  const allow = button("consent-allow", texts.allow, "main", () => answer(true));
  const decline = button("consent-decline", texts.decline, "", () => answer(false));
  const row = h("div", { class: "row" }, decline, allow);
  const status = h("p", { role: "status", class: "wait" });
  const card = h(
    "dialog",
    { class: "card", "aria-labelledby": "ask", "aria-describedby": "asks" },
    title,
    h("p", { id: "asks" }, texts.asks(agent, site)),
    h(
      "dl",
      {},
      h("dt", {}, texts.shared),
      h("dd", {}, texts.sharedWhat),
      h("dt", {}, texts.never),
      h("dd", {}, texts.neverWhat(shows)),
    ),
    h("p", { class: "small" }, texts.later),
    h("p", { class: "digits" }, before, h("strong", { "data-testid": "consent-digits" }, digits), after),
    h("p", { class: "only" }, texts.onlyIf(site)),
    status,
    row,
  );
  // Escape is a no, but not in the first second, when it may have been meant for the page.
  card.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (event.isTrusted && !decline.disabled) answer(false);
  });
  const rearm = arm(allow, decline);
  return {
    card,
    rearm,
    update(allowed, down) {
      if (allowed) {
        allow.remove();
        decline.textContent = texts.stop;
      }
      const note = down ? texts.reconnecting() : allowed ? texts.waiting(agent) : "";
      if (status.textContent !== note) status.textContent = note;
    },
  };
}
