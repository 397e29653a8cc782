document.querySelector(".list").innerHTML = ["Harbour Songs", "Jazz after Eight", "The Night Shift", "Small Orchestra", "New on Tape", "Weather at Sea"]
  .map((name, at) => `<li><img src="/photo/${at + 60}.jpg" alt="" loading="lazy"><h3>${name}</h3>${18 + at}:00</li>`)
  .join("");
const button = document.querySelector("#theme");
button.addEventListener("click", () => {
  document.documentElement.dataset.theme = button.textContent.toLowerCase();
  button.textContent = button.textContent === "Light" ? "Dark" : "Light";
});
