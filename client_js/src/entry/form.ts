// The form of the code entry, for the element and for the hosted page.
import { digitsOf, grouped, normalise } from "../shared/codes";
import { entryTexts } from "../shared/i18n/entry";
import type { Claimed } from "./claim";
import css from "./form.css?inline";

/** By then the question has been read; what stays longer would be untrue after the session. */
const DONE_SHOWN_MS = 10_000;

type Answer = Exclude<Claimed, { refused: unknown }>;

export interface FormHost {
  claim(code: string): Promise<Claimed>;
  /** Takes over from here; a rejection means that what comes next could not be loaded. */
  accept(answer: Answer): Promise<void>;
  /** Where the form can be dismissed, how. */
  dismiss?: () => void;
}

/** Group the digits in `input` and keep the caret behind the digit it was behind. */
function regroup(input: HTMLInputElement): void {
  const behind = digitsOf(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
  const text = grouped(digitsOf(input.value));
  if (text === input.value) return;
  input.value = text;
  let at = 0;
  for (let seen = 0; at < text.length && seen < behind; at++) if (text[at] !== " ") seen++;
  input.setSelectionRange(at, at);
}

function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  testid?: string,
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  if (testid) made.setAttribute("data-testid", testid);
  return made;
}

/** Put the form into `root` and answer with its input. */
export function showForm(root: ShadowRoot, host: FormHost): HTMLInputElement {
  const texts = entryTexts();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const form = element("form", { noValidate: true });
  const label = element("label", { textContent: texts.label, htmlFor: "code" });
  const hint = element("p", { id: "hint", className: "hint", textContent: texts.hint });
  const input = element(
    "input",
    { id: "code", type: "text", inputMode: "numeric", autocomplete: "one-time-code", spellcheck: false },
    "code-input",
  );
  input.setAttribute("aria-describedby", "error hint");
  const submit = element("button", { type: "submit", textContent: texts.submit }, "code-submit");
  const error = element("p", { id: "error", className: "error" }, "code-error");
  error.setAttribute("role", "alert");
  const done = element("p", { className: "done" });
  done.setAttribute("role", "status");
  const row = element("div", { className: "row" });
  row.append(input, submit);
  form.append(label, row, error, hint, done);
  if (host.dismiss) {
    form.append(
      element("button", { type: "button", className: "plain", textContent: texts.close, onclick: host.dismiss }),
    );
  }

  /** `wrong`: it is the code's fault, not that of a hub that cannot be asked. */
  const say = (text: string, wrong = false): void => {
    error.textContent = text;
    input.setAttribute("aria-invalid", String(wrong));
    if (text) input.focus();
  };
  let busy = false;
  const attempt = async (): Promise<void> => {
    const code = normalise(input.value);
    if (!code) return say(texts.mistyped, true);
    say("");
    const answer = await host.claim(code);
    if ("refused" in answer) {
      const { refused, retryAfterSeconds } = answer;
      const text = texts[refused];
      return say(
        typeof text === "string" ? text : text(retryAfterSeconds),
        refused === "mistyped" || refused === "invalid",
      );
    }
    try {
      await host.accept(answer);
      input.value = "";
      done.textContent = texts.done;
      setTimeout(() => {
        done.textContent = "";
      }, DONE_SHOWN_MS);
    } catch {
      say(texts.away);
    }
  };
  input.oninput = () => {
    regroup(input);
    say("");
    done.textContent = "";
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    submit.textContent = texts.busy;
    // Not `disabled`: that would take the focus away from it.
    submit.ariaDisabled = "true";
    attempt().finally(() => {
      busy = false;
      submit.textContent = texts.submit;
      submit.ariaDisabled = null;
    });
  };
  root.replaceChildren(form);
  return input;
}
