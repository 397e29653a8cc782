import Swiper from "swiper";
import { EffectCoverflow, Navigation, Pagination, Scrollbar } from "swiper/modules";
import "swiper/css";
import "swiper/css/effect-coverflow";
import "swiper/css/navigation";
import "swiper/css/pagination";
import "swiper/css/scrollbar";

const HOUSES = ["Otter Point", "The Net Loft", "Three Birches", "Pilot's House", "Salt Store", "Far Jetty", "Gull Rock", "Weather Station"];
const into = (selector, text) => {
  document.querySelector(`${selector} .swiper-wrapper`).innerHTML = text;
};
into(".stage", HOUSES.slice(0, 5).map((name, at) => `<div class="swiper-slide"><figure><img src="/photo/${at + 40}.jpg" alt=""><figcaption><h2>${name}</h2>From ${at * 15 + 80} € a night</figcaption></figure></div>`).join(""));
into(".row", HOUSES.map((name, at) => `<div class="swiper-slide"><img src="/photo/${at + 45}.jpg" alt=""><h3>${name}</h3><p>${at + 2} beds, ${at % 3 ? "a sauna" : "a boat"}</p></div>`).join(""));
new Swiper(".stage", { modules: [Navigation, Pagination], loop: true, navigation: { nextEl: ".swiper-button-next", prevEl: ".swiper-button-prev" }, pagination: { el: ".swiper-pagination", clickable: true } });
new Swiper(".row", { modules: [EffectCoverflow, Scrollbar], slidesPerView: 3.5, spaceBetween: 16, effect: "coverflow", centeredSlides: true, initialSlide: 2, coverflowEffect: { rotate: 20, slideShadows: false }, scrollbar: { el: ".swiper-scrollbar" } });
