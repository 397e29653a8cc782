// The receipt in full, to be read, copied, saved and printed. Nothing of it is sent or stored anywhere.
import { receiptTexts as texts } from "../../shared/i18n/receipt";
import { button, h } from "../ui/elements";
import { account, asText, type Told } from "./account";
import css from "./receipt.css?inline";

/** Fill the card that says that it is over: `body` with the account, `row` with what can be done with it. */
export function fill(body: HTMLElement, row: HTMLElement, told: Told): void {
  const root = body.getRootNode();
  if (root instanceof ShadowRoot) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  const whole = account(told);
  const text = asText(whole);
  const { rows, lines } = whole;
  body.append(
    h("dl", {}, ...rows.flatMap(([term, said]) => [h("dt", {}, term), h("dd", {}, said)])),
    h(
      "section",
      {},
      h("h3", { id: "happened" }, texts.happened),
      h(
        "div",
        { class: "lines", tabindex: "0", role: "region", "aria-labelledby": "happened" },
        h("ol", {}, ...lines.map(([time, said]) => h("li", {}, h("time", {}, time), h("span", {}, said)))),
      ),
    ),
    h("p", { class: "small" }, texts.never),
  );
  const copying = button("receipt-copy", texts.copy, "", () => {
    copy(text, body).then((well) => {
      copying.textContent = well ? texts.copied : texts.failed;
    });
  });
  row.prepend(
    copying,
    button("receipt-save", texts.save, "", () => save(text)),
    button("receipt-print", texts.print, "", () => print(text, body)),
  );
}

async function copy(text: string, at: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The site's permissions policy, or an old browser: by selection then.
    const field = h("textarea", { readonly: "" });
    field.value = text;
    at.append(field);
    field.select();
    const well = document.execCommand("copy");
    field.remove();
    return well;
  }
}

function save(text: string): void {
  const day = new Date().toISOString().slice(0, 10);
  h("a", {
    download: `support-session-${day}.txt`,
    href: `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`,
  }).click();
}

/** On paper stands the receipt alone, not the page behind it. */
function print(text: string, at: HTMLElement): void {
  const frame = h("iframe", { "aria-hidden": "true", tabindex: "-1" });
  frame.style.cssText = "position:fixed;left:-9999px;width:600px;height:800px;border:0";
  at.append(frame);
  const inner = frame.contentDocument as Document;
  const sheet = inner.createElement("pre");
  sheet.style.cssText = "font:12pt/1.5 sans-serif;white-space:pre-wrap;overflow-wrap:anywhere";
  sheet.textContent = text;
  inner.body.append(sheet);
  inner.title = text.split("\n")[0] as string;
  frame.contentWindow?.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow?.print();
}
