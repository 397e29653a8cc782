const COLUMNS = ["Number", "Day", "Who", "Account", "Amount"];
const WHO = ["Market Hall", "City Transport", "Salary", "Book Shop", "Rent", "Bakery", "Gas and Power"];
const ROWS = Array.from({ length: 10_000 }, (_, at) => [
  at + 1,
  new Date(Date.UTC(1998, 0, 1 + at)).toISOString().slice(0, 10),
  WHO[(at * 5) % 7],
  `•••• ${4000 + ((at * 13) % 900)}`,
  ((at * 7919) % 40_000) / 100 - 210,
]);
const head = document.querySelector("thead tr");
const body = document.querySelector("tbody");
const made = ROWS.map((row) => {
  const line = document.createElement("tr");
  for (const [column, value] of row.entries()) {
    const cell = line.insertCell();
    cell.textContent = column === 4 ? value.toFixed(2) : value;
    if (column === 3) cell.className = "account-number";
    if (column === 4 && value < 0) cell.className = "minus";
  }
  return [row, line];
});
const fill = () => body.replaceChildren(...made.map(([, line]) => line));
for (const [column, name] of COLUMNS.entries()) {
  const cell = document.createElement("th");
  cell.innerHTML = `<button>${name}</button>`;
  cell.addEventListener("click", () => {
    const down = cell.ariaSort === "ascending";
    for (const each of head.children) each.removeAttribute("aria-sort");
    cell.setAttribute("aria-sort", down ? "descending" : "ascending");
    made.sort(([a], [b]) => (a[column] < b[column] ? -1 : a[column] > b[column] ? 1 : a[0] - b[0]) * (down ? -1 : 1));
    fill();
  });
  head.append(cell);
}
fill();
