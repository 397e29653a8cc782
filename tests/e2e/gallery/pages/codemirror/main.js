import { javascript } from "@codemirror/lang-javascript";
import { Compartment } from "@codemirror/state";
import { basicSetup, EditorView } from "codemirror";

const CODE = `// Which payments a person looks at before they leave.
export function rule(payment, account) {
  if (payment.amount > account.limits.daily) {
    return { hold: true, reason: "over the daily limit" };
  }
${Array.from({ length: 40 }, (_, at) => `  if (payment.country === ${JSON.stringify("ABCDEFGHIJ"[at % 10] + "X")} && payment.amount > ${at * 250 + 100}) {\n    return { hold: ${at % 3 === 0}, reason: \`rule \${${at}} of the board\` };\n  }`).join("\n")}
  return { hold: false };
}
`;
const theme = new Compartment();
const view = new EditorView({
  doc: CODE,
  extensions: [basicSetup, javascript(), theme.of([]), EditorView.lineWrapping],
  parent: document.querySelector("#editor"),
});
const dark = EditorView.theme({ "&": { color: "#dfe6ee", backgroundColor: "#1b2530" }, ".cm-gutters": { backgroundColor: "#15202b", color: "#72879c" }, ".cm-activeLine": { backgroundColor: "#24323f" } }, { dark: true });
document.querySelector("#dark").addEventListener("click", () => {
  view.dispatch({ effects: theme.reconfigure(dark) });
  view.scrollDOM.scrollTop = 600;
});
document.querySelector("tbody").innerHTML = ["12:02", "11:40", "09:15", "08:00"].map((at, index) => `<tr><td>${at}</td><td>${index ? "ok" : "2 held"}</td></tr>`).join("");
