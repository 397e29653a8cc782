// What the customer keeps in mind after the end: counts only, and nothing of it is stored.
import { texts } from "../shared/i18n/customer";
import type { ReceiptCounts } from "../shared/parts";
import { button, h } from "./ui/elements";

/** A card that says something is over, and goes when closed. */
export function card(title: string, close: () => void, ...lines: Node[]): HTMLElement {
  const shown = h(
    "section",
    { class: "card", role: "dialog", "aria-labelledby": "over", "data-testid": "receipt", tabindex: "-1" },
    h("h2", { id: "over" }, title),
    ...lines,
    h("div", { class: "row" }, button("receipt-close", texts.close, "main", close)),
  );
  shown.addEventListener("keydown", (event) => {
    if (event.isTrusted && event.key === "Escape") close();
  });
  return shown;
}

export function receipt(agent: string, reason: string, counts: ReceiptCounts, close: () => void): HTMLElement {
  const did = Object.entries(counts.acts).map(([act, times]) => `${times} × ${texts.counted[act] ?? act}`);
  const rows: [string, string][] = [
    [texts.pages, String(counts.pages)],
    [texts.hidden, String(counts.hidden)],
    [texts.acts(agent), did.join(", ") || texts.nothing],
  ];
  const why = texts.reasons[reason]?.(agent) ?? texts.over;
  const shown = counts.pages
    ? [h("dl", {}, ...rows.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]))]
    : [];
  return card(texts.ended, close, h("p", {}, why), ...shown);
}
