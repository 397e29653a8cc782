import "@fortawesome/fontawesome-free/css/all.css";

document.querySelector(".tariffs").innerHTML = [["S", 9.9, 5], ["M", 14.9, 20], ["L", 24.9, 60]]
  .map(([name, price, data]) => `<article><h2><i class="fa-solid fa-signal"></i> Tariff ${name}</h2><p class="price">${price.toFixed(2)} €</p><ul><li><i class="fa-solid fa-check fa-fw"></i> ${data} GB</li><li><i class="fa-solid fa-phone fa-fw"></i> Calls and messages</li><li><i class="fa-regular fa-clock fa-fw"></i> A month's notice</li></ul><button><i class="fa-solid fa-arrow-right"></i> Take it</button></article>`)
  .join("");
const NAMES = "house user heart star bell camera car cloud comment envelope fire flag gift globe key leaf lock map music paperclip pen plane print receipt rocket shield snowflake tag truck umbrella wallet wifi wrench bolt book bug".split(" ");
document.querySelector(".wall").innerHTML = NAMES.map((name) => `<i class="fa-solid fa-${name}" title="${name}"></i>`).join("");
