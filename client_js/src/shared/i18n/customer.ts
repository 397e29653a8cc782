// The session part is built once per language; the other one's texts fall out of the bundle.
import { texts as de } from "./customer.de";
import { texts as en } from "./customer.en";

export const texts = __LANG__ === "de" ? de : en;
