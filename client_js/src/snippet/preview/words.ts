// What the preview says, in English and German. Loaded only by those who open it.
const EN = {
  title: (agent: string) => `What ${agent} sees`,
  close: "Close",
  legend: (agent: string) => `Stripes or dots: ${agent} sees a mask here, never what you entered.`,
  look: "This picture is made from what leaves this tab. Nothing in it can be clicked; scroll to see more.",
  picture: (agent: string) => `Your page as ${agent} sees it`,
  waiting: "The picture is on its way …",
  nothing: (agent: string) => `${agent} sees nothing at the moment.`,
  broken: "This picture cannot be drawn here. Trying again …",
};

const DE: typeof EN = {
  title: (agent) => `Was ${agent} sieht`,
  close: "Schließen",
  legend: (agent) => `Streifen oder Punkte: ${agent} sieht hier eine Maske, nie Ihre Eingabe.`,
  look: "Dieses Bild entsteht aus dem, was diesen Tab verlässt. Anklicken lässt sich nichts; mit Blättern sehen Sie mehr.",
  picture: (agent) => `Ihre Seite, wie ${agent} sie sieht`,
  waiting: "Das Bild kommt gleich …",
  nothing: (agent) => `${agent} sieht gerade nichts.`,
  broken: "Das Bild lässt sich hier nicht zeichnen. Neuer Versuch …",
};

export type PreviewWords = typeof EN;
export const PREVIEW_WORDS: Readonly<Record<"en" | "de", PreviewWords>> = { en: EN, de: DE };
