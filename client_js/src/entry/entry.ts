// <cobrowse-code-entry>, and handoffs: loaded by the loader where they are needed.
import { entryTexts } from "../shared/i18n/entry";
import { shared } from "../shared/parts";
import { claimer } from "./claim";
import { showForm } from "./form";
import { redeem } from "./handoff";

const own = shared();

own.parts.entry = {
  fill(element) {
    const dialog = element.closest("dialog");
    const input = showForm(element.shadowRoot as ShadowRoot, {
      claim: claimer(own.hub, own.site),
      async accept(answer) {
        if ("redirect" in answer) location.assign(answer.redirect);
        else {
          (await own.session()).join(answer.joined);
          dialog?.close();
        }
      },
      ...(dialog && { dismiss: () => dialog.close() }),
    });
    if (dialog) input.focus();
  },
  async redeem(handoff) {
    const answer = await redeem(own.hub, own.site, handoff);
    if ("joined" in answer) (await own.session()).join(answer.joined);
    const refused = "refused" in answer && answer.refused;
    return refused ? entryTexts()[refused === "away" || refused === "later" ? "away" : "invalid"] : "";
  },
};
