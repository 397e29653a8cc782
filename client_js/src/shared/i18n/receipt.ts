// Built once per language, like the session part.
import { receiptTexts as de } from "./receipt.de";
import { receiptTexts as en } from "./receipt.en";

export const receiptTexts = __LANG__ === "de" ? de : en;
