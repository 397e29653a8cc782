import "./app";

document.querySelector("#app")?.replaceChildren(document.createElement("cobrowse-console"));
