// What the customer reads at the end. The sentence is here; the account of what happened is a part of its own, which was
// loaded while there was a hub, and is not needed where nothing was shown.
import { texts } from "../shared/i18n/customer";
import { type Notes, shared } from "../shared/parts";
import type { ReceiptPart } from "./receipting";
import { button, h } from "./ui/elements";

export const RECEIPT_PART = `receipt-${__LANG__}` as const;

export function receipt(agent: string, site: string, reason: string, notes: Notes, close: () => void): HTMLElement {
  const ended = texts.reasons[reason]?.(agent) ?? texts.over;
  const body = h("div", { class: "body" });
  const row = h("div", { class: "row" }, button("receipt-close", texts.close, "main", close));
  const shown = h(
    "section",
    { class: "card", role: "dialog", "aria-labelledby": "over", "data-testid": "receipt", tabindex: "-1" },
    h("h2", { id: "over" }, texts.ended),
    h("p", {}, ended),
  );
  if (notes.list.length) {
    shown.append(body);
    // Where it cannot be had now, the sentence stands alone.
    const fill = (part: unknown) => (part as ReceiptPart).fill(body, row, { agent, site, ended, notes });
    shared()
      .load(RECEIPT_PART)
      .then(fill, () => {});
  }
  shown.append(row);
  shown.addEventListener("keydown", (event) => {
    if (event.isTrusted && event.key === "Escape") close();
  });
  return shown;
}
