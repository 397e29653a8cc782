const WHO = ["سوق المدينة", "النقل العام", "الراتب", "مكتبة النهر", "الإيجار", "المخبز", "الغاز والكهرباء"];
document.querySelector("tbody").innerHTML = WHO.map((who, at) => `<tr><td>${who}</td><td>${at + 3} مايو</td><td>${(at === 2 ? 2650 : -at * 17.3 - 4.5).toFixed(2)} €</td></tr>`).join("");
document.querySelector("#open").addEventListener("click", () => document.querySelector("dialog").showModal());
document.querySelector(".cards").scrollLeft = -120;
