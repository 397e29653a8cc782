/** German where the browser asks for it, else English. */
export const language = (): "en" | "de" => (/^de\b/i.test(navigator.language) ? "de" : "en");
