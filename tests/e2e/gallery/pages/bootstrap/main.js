import "bootstrap/dist/css/bootstrap.min.css";
import "bootstrap-icons/font/bootstrap-icons.css";
import "bootstrap";

const covers = [
  ["Contents", "Furniture, clothes, bicycles.", 6.2, "house-heart"],
  ["Glass", "Windows, doors, the greenhouse.", 2.4, "grid-1x2"],
  ["Liability", "What you break at others'.", 4.1, "shield-check"],
];
document.querySelector("#covers").innerHTML = covers
  .map(
    ([name, text, price, icon], at) => `<div class="col"><div class="card h-100 shadow-sm">
      <img src="/photo/${at + 1}.jpg" class="card-img-top" alt="">
      <div class="card-body"><h3 class="card-title h5"><i class="bi bi-${icon} text-primary"></i> ${name}</h3>
      <p class="card-text">${text}</p><a href="#" class="btn btn-outline-primary stretched-link">From ${price.toFixed(2)} €</a></div>
      <div class="card-footer text-body-secondary">Changed ${at + 1} days ago</div></div></div>`,
  )
  .join("");
document.querySelector("#compared").innerHTML = ["Fire", "Water", "Storm", "Burglary", "Bicycles", "Glass", "Travel"]
  .map((name, at) => `<tr><th scope="row">${name}</th>${[1, 2, 3].map((k) => `<td>${k * 2 > at ? `<i class="bi bi-check-lg text-success"></i> ${(k * 1.35 + at * 0.2).toFixed(2)} €` : "–"}</td>`).join("")}</tr>`)
  .join("");
document.querySelector("#questions").innerHTML = ["What is covered?", "When does it begin?", "How do I end it?"]
  .map(
    (question, at) => `<div class="accordion-item"><h3 class="accordion-header">
      <button class="accordion-button ${at ? "collapsed" : ""}" data-bs-toggle="collapse" data-bs-target="#q${at}">${question}</button></h3>
      <div id="q${at}" class="accordion-collapse collapse ${at ? "" : "show"}" data-bs-parent="#questions">
      <div class="accordion-body">Everything that would fall out if you turned your home upside down.</div></div></div>`,
  )
  .join("");
