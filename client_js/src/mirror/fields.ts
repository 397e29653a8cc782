// How fields, placeholders, dialogs and popovers look in the mirror. A field shows a mask, or what the site lets show.

import { hidePopover, isConnected, matches, setAttribute, showPopover, toggleAttribute } from "./dom";
import { flag, has, type Known } from "./known";
import type { MirrorWords } from "./words";

const MASK = "•••••";
const TEXT_TYPES: ReadonlySet<string> = new Set(["text", "search", "email", "url", "tel", "password", "number", ""]);
const LABEL_TYPES: ReadonlySet<string> = new Set(["submit", "button", "reset"]);
const TICK_TYPES: ReadonlySet<string> = new Set(["checkbox", "radio"]);
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...["date", "time", "month", "week", "datetime-local", "color", "range", "file", "image", "hidden"],
  ...LABEL_TYPES,
  ...TICK_TYPES,
]);

export const FILLED = "data-cobrowse-filled";
/** Its text is drawn as dots. */
export const DOTTED = "data-cobrowse-dotted";
export const UNKNOWN = "data-cobrowse-unknown";
export const MASKED = "data-cobrowse-masked";
export const PLACEHOLDER = "data-cobrowse-placeholder";

/** Draw the state of `known` from its wire attributes. Called once it is connected, and after each change. */
export function draw(known: Known, words: MirrorWords): void {
  const element = known.node as HTMLElement;
  toggleAttribute(element, MASKED, flag(known, ":masked"));
  if (known.tag === "input") drawInput(element as HTMLInputElement, known);
  else if (known.tag === "textarea") drawTextarea(element as HTMLTextAreaElement, known);
  else if (known.tag === "dialog") drawDialog(element as HTMLDialogElement, known);
  else if (known.tag === "placeholder") drawPlaceholder(element, known, words);
  else if (known.tag !== "select" && known.tag !== "button") toggleAttribute(element, FILLED, flag(known, ":filled"));
  if (has(known, "popover") || has(known, ":popover")) drawPopover(element, known);
}

function text(known: Known, name: string): string | undefined {
  const value = known.attributes.get(name);
  return typeof value === "string" ? value : undefined;
}

function drawInput(input: HTMLInputElement, known: Known): void {
  const said = (text(known, "type") ?? "").toLowerCase();
  const type = KNOWN_TYPES.has(said) || TEXT_TYPES.has(said) ? said : "";
  if (TICK_TYPES.has(type)) drawTick(input, known, type);
  else if (LABEL_TYPES.has(type)) drawLabel(input, known);
  else if (TEXT_TYPES.has(type)) drawText(input, known, type);
  else if (type !== "file" && type !== "image") drawSpecial(input, known);
}

function drawLabel(input: HTMLInputElement, known: Known): void {
  const label = text(known, ":label");
  if (label !== undefined) setAttribute(input, "value", label);
  else if (flag(known, ":filled")) setAttribute(input, "value", MASK);
}

/** A browser calls these valid, as it calls the mask elsewhere; they are drawn as dots, and say nothing. */
const SOUND: Readonly<Record<string, string>> = {
  email: "x@x.x",
  url: "x:xxx",
  number: "11111",
  date: "2000-01-01",
  month: "2000-01",
  week: "2000-W01",
  time: "00:00",
  "datetime-local": "2000-01-01T00:00",
};

function drawText(input: HTMLInputElement, known: Known, type: string): void {
  const shown = text(known, ":value");
  const hidden = shown === undefined && flag(known, ":filled");
  toggleAttribute(input, DOTTED, hidden && type in SOUND);
  input.value = hidden ? (SOUND[type] ?? MASK) : (shown ?? "");
}

/** A date, colour or range is hatched where it holds something: a mask as its value would be another value. */
function drawSpecial(input: HTMLInputElement, known: Known): void {
  const shown = text(known, ":value");
  const hidden = shown === undefined && flag(known, ":filled");
  const type = input.type;
  toggleAttribute(input, FILLED, hidden);
  toggleAttribute(input, DOTTED, hidden && type in SOUND);
  // Where one is required, one is there.
  input.value = hidden ? (SOUND[type] ?? "") : (shown ?? "");
}

/** Whether a box is ticked is a value: unless the site shows it, it looks like neither. */
function drawTick(input: HTMLInputElement, known: Known, type: string): void {
  const unknown = !has(known, ":checked");
  input.checked = flag(known, ":checked");
  if (type === "checkbox") input.indeterminate = unknown || flag(known, ":indeterminate");
  toggleAttribute(input, UNKNOWN, unknown);
}

function drawTextarea(area: HTMLTextAreaElement, known: Known): void {
  area.value = text(known, ":value") ?? (flag(known, ":filled") ? MASK : "");
}

/** A select whose chosen option is not to be shown gets one of its own, that is no other option of the page. */
export function drawSelect(select: HTMLSelectElement, known: Known, options: readonly Known[]): void {
  const own = [...select.children].find((child) => child.hasAttribute(FILLED));
  const chosen = options.filter((option) => flag(option, ":selected"));
  for (const option of options) (option.node as HTMLOptionElement).selected = chosen.includes(option);
  if (chosen.length > 0 || flag(known, "multiple")) {
    own?.remove();
    return;
  }
  const mask = (own ?? select.ownerDocument.createElement("option")) as HTMLOptionElement;
  if (own === undefined) {
    mask.setAttribute(FILLED, "");
    mask.hidden = true;
    select.append(mask);
  }
  mask.label = has(known, ":filled") && !flag(known, ":filled") ? " " : MASK;
  mask.selected = true;
}

function drawDialog(dialog: HTMLDialogElement, known: Known): void {
  if (!isConnected(dialog)) return;
  const modal = flag(known, ":modal");
  const open = modal || flag(known, "open");
  if (dialog.open && (!open || modal !== matches(dialog, ":modal"))) dialog.close();
  if (!open || dialog.open) return;
  // While it is inert, opening it takes no focus: the agent may be typing in the console.
  const inert = dialog.inert;
  dialog.inert = true;
  if (modal) dialog.showModal();
  else dialog.show();
  dialog.inert = inert;
}

function drawPopover(element: HTMLElement, known: Known): void {
  // A dialog that is open is none at the same time, whatever is said.
  if (!isConnected(element) || !has(known, "popover") || matches(element, "dialog[open]")) return;
  const open = matches(element, ":popover-open");
  if (flag(known, ":popover") && !open) showPopover(element);
  else if (!flag(known, ":popover") && open) hidePopover(element);
}

function drawPlaceholder(element: HTMLElement, known: Known, words: MirrorWords): void {
  const width = known.attributes.get(":width");
  const height = known.attributes.get(":height");
  setAttribute(element, PLACEHOLDER, words.placeholder(text(known, ":reason") ?? "", text(known, ":tag") ?? ""));
  if (typeof width === "number") element.style.setProperty("width", `${width}px`);
  if (typeof height === "number") element.style.setProperty("height", `${height}px`);
}
