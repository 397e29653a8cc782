// What the customer keeps in mind after the end: counts only, and nothing of it is stored.
import { texts } from "../shared/i18n/customer";
import type { ReceiptCounts } from "../shared/parts";
import { button, h } from "./ui/elements";

export function receipt(agent: string, reason: string, counts: ReceiptCounts, close: () => void): HTMLElement {
  // Pointing and highlighting did nothing to the page.
  const done = Object.entries(counts.acts).filter(([act]) => texts.did[act]);
  const did = done.map(([act, times]) => `${times} × ${texts.did[act]}`);
  const rows: [string, string][] = [
    [texts.pages, String(counts.pages)],
    [texts.hidden, String(counts.hidden)],
    [texts.acts(agent), did.join(", ") || texts.nothing],
  ];
  const lines = counts.pages
    ? [h("dl", {}, ...rows.flatMap(([term, text]) => [h("dt", {}, term), h("dd", {}, text)]))]
    : [];
  const shown = h(
    "section",
    { class: "card", role: "dialog", "aria-labelledby": "over", "data-testid": "receipt", tabindex: "-1" },
    h("h2", { id: "over" }, texts.ended),
    h("p", {}, texts.reasons[reason]?.(agent) ?? texts.over),
    ...lines,
    h("div", { class: "row" }, button("receipt-close", texts.close, "main", close)),
  );
  shown.addEventListener("keydown", (event) => {
    if (event.isTrusted && event.key === "Escape") close();
  });
  return shown;
}
