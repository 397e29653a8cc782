import "leaflet/dist/leaflet.css";
import L from "leaflet";
import shadow from "leaflet/dist/images/marker-shadow.png";
import pin from "leaflet/dist/images/marker-icon.png";

const icon = L.icon({ iconUrl: pin, shadowUrl: shadow, iconSize: [25, 41], iconAnchor: [12, 41], popupAnchor: [1, -34], shadowSize: [41, 41] });
const BRANCHES = [["Market Square", 52.52, 13.405], ["Station", 52.525, 13.369], ["Old Harbour", 52.512, 13.42], ["University", 52.518, 13.39], ["Garden City", 52.53, 13.41], ["West Gate", 52.516, 13.377], ["Mill Lane", 52.507, 13.395]];
const map = L.map("map", { zoomControl: true }).setView([52.519, 13.396], 14);
L.tileLayer("/tiles/{z}/{x}/{y}.png", { attribution: "Drawn by hand", maxZoom: 18 }).addTo(map);
for (const [name, ...place] of BRANCHES) L.marker(place, { icon, alt: name }).addTo(map).bindPopup(`<b>${name}</b><br>Open till 18:00<br><a href="#">Make an appointment</a>`);
L.polygon([[52.523, 13.38], [52.523, 13.4], [52.513, 13.405], [52.512, 13.385]], { color: "#b4532a", weight: 3, dashArray: "8 6", fillOpacity: 0.15 }).addTo(map);
L.circle([52.525, 13.415], { radius: 350, color: "#0d3b66" }).addTo(map);
L.control.scale({ imperial: false }).addTo(map);
document.querySelector("#branches").innerHTML = BRANCHES.map(([name], at) => `<li><b>${name}</b>${at + 1}.${at * 2} km · open till ${16 + (at % 3)}:00</li>`).join("");
