document.querySelector(".scroller").innerHTML = Array.from({ length: 40 }, (_, at) => `<p>Line ${at + 1} of the leaflet: take as told.</p>`).join("");
document.querySelector(".many").innerHTML = Array.from({ length: 60 }, (_, at) => `<p>Remedy ${at + 1}</p>`).join("");
document.querySelector(".scroller").scrollTop = 300;
document.querySelector("#ask").addEventListener("click", () => document.querySelector("#question").showModal());
