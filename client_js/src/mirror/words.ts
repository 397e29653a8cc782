// What the mirror page itself says, in English and German.

import type { Language } from "../shared/mirrortalk";

export interface MirrorWords {
  /** The label of a placeholder, by its reason and the element it stands for. */
  placeholder(reason: string, tag: string): string;
  surface: string;
  missing: string;
}

type Reasons = Readonly<Record<string, string>>;

const EN: Reasons = {
  frame: "Frame from another page: not shared",
  video: "Video: not shared",
  audio: "Audio: not shared",
  canvas: "Drawing: not shared",
  embed: "Embedded content: not shared",
  foreign: "Content of another kind: not shared",
  blocked: "Not shared by this site",
  custom: "Not shared",
  hidden: "Hidden by this site",
};

const DE: Reasons = {
  frame: "Rahmen einer anderen Seite: nicht geteilt",
  video: "Video: nicht geteilt",
  audio: "Ton: nicht geteilt",
  canvas: "Zeichnung: nicht geteilt",
  embed: "Eingebetteter Inhalt: nicht geteilt",
  foreign: "Inhalt anderer Art: nicht geteilt",
  blocked: "Von dieser Website nicht geteilt",
  custom: "Nicht geteilt",
  hidden: "Von dieser Website verborgen",
};

function words(reasons: Reasons, rest: Omit<MirrorWords, "placeholder">): MirrorWords {
  const said = new Map(Object.entries(reasons));
  return { ...rest, placeholder: (reason) => said.get(reason) ?? said.get("custom") ?? "" };
}

export const WORDS: Readonly<Record<Language, MirrorWords>> = {
  en: words(EN, {
    surface: "The customer's page. Arrow keys move your pointer, Enter uses it, Escape takes it away.",
    missing: "Picture not shared",
  }),
  de: words(DE, {
    surface:
      "Die Seite der Kundin oder des Kunden. Pfeiltasten bewegen Ihren Zeiger, Enter nutzt ihn, Escape nimmt ihn weg.",
    missing: "Bild nicht geteilt",
  }),
};
