const PLANTS = ["Lady fern", "Blue oat grass", "Rock rose", "Lemon balm", "Hart's tongue", "Feather grass", "Dog rose", "Thyme", "Sage"];
document.querySelector("#plants").innerHTML = PLANTS.map(
  (name, at) => `<li class="group/card overflow-hidden rounded-2xl bg-white shadow-sm ring-1 ring-slate-200 transition hover:-translate-y-1 hover:shadow-lg">
    <div class="relative aspect-4/3 overflow-hidden"><img class="size-full object-cover transition duration-300 group-hover/card:scale-105" src="/photo/${at + 20}.jpg" alt="${name}" loading="lazy">
    ${at % 3 ? "" : '<span class="absolute left-3 top-3 rounded-full bg-amber-300 px-2 py-0.5 text-xs font-bold uppercase">New</span>'}</div>
    <div class="p-4"><h2 class="truncate font-semibold">${name}</h2><p class="line-clamp-2 text-sm text-slate-500">Comes in a pot of nine centimetres and likes company, little water and a bright corner of the garden.</p>
    <div class="mt-3 flex items-center justify-between"><b>${(at * 2.35 + 4.9).toFixed(2)} €</b><button class="rounded-full bg-brand-600 px-3 py-1 text-sm font-medium text-white hover:bg-brand-800">Add</button></div></div></li>`,
).join("");
