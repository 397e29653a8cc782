// Five thousand changes a second: texts, classes, styles, and papers that come and go.
const EACH_SECOND = 5_000;
const board = document.querySelector("#board");
const count = document.querySelector("#count");
const pause = document.querySelector("#pause");
let seed = 7;
const random = (most) => {
  seed = (seed * 48_271) % 2_147_483_647;
  return seed % most;
};
const add = (at) => {
  const quote = document.createElement("div");
  quote.className = "quote";
  quote.innerHTML = `<span>${String.fromCharCode(65 + (at % 26), 65 + ((at * 7) % 26), 65 + ((at * 11) % 26))}${at % 97}</span><b>100.00</b><i class="bar"></i>`;
  board.append(quote);
};
for (let at = 0; at < 300; at += 1) add(at);

let done = 0;
let running = true;
const change = () => {
  const quote = board.children[random(board.children.length)];
  const kind = random(100);
  done += 1;
  if (kind < 60) quote.children[1].firstChild.data = (random(20_000) / 100).toFixed(2);
  else if (kind < 80) quote.className = `quote ${random(2) ? "up" : "down"}`;
  else if (kind < 97) quote.children[2].style.width = `${random(100)}%`;
  else if (kind < 98) {
    quote.remove();
    add(random(10_000));
  } else board.prepend(quote);
};
let last = performance.now();
let owed = 0;
const step = (now) => {
  if (running) {
    owed += ((now - last) * EACH_SECOND) / 1000;
    for (; owed >= 1 && running; owed -= 1) change();
    owed = Math.min(owed, 1);
    count.textContent = `${done} changes`;
  }
  last = now;
  requestAnimationFrame(step);
};
requestAnimationFrame(step);
pause.addEventListener("click", () => {
  running = !running;
  pause.textContent = running ? "Pause" : "Go on";
});
document.querySelector("#sort").addEventListener("click", () => {
  board.replaceChildren(...[...board.children].sort((a, b) => (a.textContent < b.textContent ? -1 : 1)));
});
