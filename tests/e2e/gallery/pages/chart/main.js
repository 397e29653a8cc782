import Chart from "chart.js/auto";

const value = (months) => Array.from({ length: months }, (_, at) => 1000 + at * 14 + 60 * Math.sin(at / 1.7) + 25 * Math.cos(at * 2.3));
const labels = (months) => Array.from({ length: months }, (_, at) => `${(at % 12) + 1}/${21 + Math.floor(at / 12)}`);
Chart.defaults.animation = { duration: 300 };
const line = new Chart(document.querySelector("#value"), {
  type: "line",
  data: { labels: labels(12), datasets: [{ label: "Fund", data: value(12), borderColor: "#14213d", backgroundColor: "#14213d22", fill: true, tension: 0.3 }, { label: "Market", data: value(12).map((each, at) => each * 0.96 + at), borderColor: "#e07a5f", borderDash: [6, 4] }] },
  options: { maintainAspectRatio: false },
});
new Chart(document.querySelector("#parts"), { type: "doughnut", data: { labels: ["Wind", "Water", "Cash", "Sun"], datasets: [{ data: [44, 31, 9, 16], backgroundColor: ["#2a9d8f", "#457b9d", "#e9c46a", "#f4a261"] }] } });
new Chart(document.querySelector("#months"), { type: "bar", data: { labels: labels(12), datasets: [{ label: "Change", data: value(12).map((each, at) => Math.round(each - 1000 - at * 14)), backgroundColor: "#457b9d" }] }, options: { maintainAspectRatio: false } });
const tabs = [...document.querySelectorAll("[role=tab]")];
for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => {
    for (const each of tabs) each.setAttribute("aria-selected", String(each === tab));
    const months = at ? 60 : 12;
    line.data.labels = labels(months);
    line.data.datasets[0].data = value(months);
    line.data.datasets[1].data = value(months).map((each, month) => each * 0.96 + month);
    line.update();
  });
}
