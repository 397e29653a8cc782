// <cobrowse-code-entry>: loaded by the loader where the element is on the page or was opened.
import { shared } from "../shared/parts";
import { claimer } from "./claim";
import { showForm } from "./form";

shared().parts.entry = (element) => {
  const { hub, site, session } = shared();
  const dialog = element.closest("dialog");
  const input = showForm(element.shadowRoot as ShadowRoot, {
    claim: claimer(hub, site),
    async accept(answer) {
      if ("redirect" in answer) return location.assign(answer.redirect);
      (await session()).join(answer.joined);
      dialog?.close();
    },
  });
  if (dialog) input.focus();
};
