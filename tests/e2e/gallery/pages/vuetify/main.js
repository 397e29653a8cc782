import "vuetify/dist/vuetify.min.css";
import { createApp, h, ref, resolveComponent as get } from "vue";
import { createVuetify } from "vuetify";
import * as components from "vuetify/components";

const TRAINS = [["07:12", "Lakeside", "Summit", "42.00"], ["08:40", "Lakeside", "Glacier", "58.50"], ["09:05", "Old Town", "Summit", "39.00"], ["11:30", "Lakeside", "Valley", "12.80"], ["13:02", "Summit", "Old Town", "39.00"], ["15:47", "Glacier", "Lakeside", "58.50"]];
const Rail = {
  setup() {
    const tab = ref("out");
    const open = ref(false);
    const day = ref(3);
    const c = (name, props, slots) => h(get(name), props, slots);
    return () =>
      c("VApp", null, () => [
        c("VAppBar", { color: "indigo-darken-2", elevation: 2 }, () => [
          c("VAppBarTitle", null, () => "Alpine Rail"),
          c("VBtn", { variant: "text" }, () => "Timetable"),
          c("VBtn", { variant: "outlined", onClick: () => { open.value = true; } }, () => "Sign in"),
        ]),
        c("VMain", null, () => c("VContainer", null, () => [
          h("h1", { class: "text-h4 mb-4" }, "Your journeys"),
          c("VRow", null, () => TRAINS.slice(0, 3).map(([at, from, to, price], index) =>
            c("VCol", { cols: 4 }, () => c("VCard", { title: `${from} – ${to}`, subtitle: `Today at ${at}`, text: "Second class, one person, with a bicycle.", elevation: 3 }, {
              image: () => undefined,
              actions: () => [c("VChip", { color: index ? "orange" : "green", size: "small" }, () => (index ? "5 min late" : "On time")), c("VSpacer"), c("VBtn", { color: "indigo" }, () => `${price} €`)],
            })))),
          c("VTabs", { modelValue: tab.value, "onUpdate:modelValue": (to) => { tab.value = to; }, color: "indigo", class: "my-4" }, () => [c("VTab", { value: "out" }, () => "Way there"), c("VTab", { value: "back" }, () => "Way back"), c("VTab", { value: "seats" }, () => "Seats")]),
          c("VWindow", { modelValue: tab.value }, () => [
            c("VWindowItem", { value: "out" }, () => c("VTable", { hover: true }, () => [
              h("thead", h("tr", ["Leaves", "From", "To", "Price"].map((name) => h("th", name)))),
              h("tbody", TRAINS.map((train) => h("tr", train.map((cell) => h("td", cell))))),
            ])),
            c("VWindowItem", { value: "back" }, () => c("VAlert", { type: "info", text: "Choose the way there first.", variant: "tonal" })),
            c("VWindowItem", { value: "seats" }, () => c("VSlider", { modelValue: day.value, min: 0, max: 10, label: "Coach" })),
          ]),
          c("VRow", { class: "mt-4" }, () => [
            c("VCol", { cols: 6 }, () => [
              c("VTextField", { label: "Name on the ticket", modelValue: "Robin Example", variant: "outlined" }),
              c("VSelect", { label: "Discount", items: ["None", "Half fare", "Youth"], modelValue: "Half fare", variant: "outlined" }),
              c("VTextarea", { label: "Note for the crew", rows: 2, placeholder: "Wheelchair, pram…", persistentPlaceholder: true }),
            ]),
            c("VCol", { cols: 6 }, () => [
              c("VCheckbox", { label: "With a bicycle", modelValue: true }),
              c("VSwitch", { label: "Tell me of delays", modelValue: true, color: "indigo" }),
              c("VProgressLinear", { modelValue: 65, color: "indigo", height: 10 }),
              c("VRating", { modelValue: 4, color: "amber" }),
            ]),
          ]),
          c("VExpansionPanels", { class: "my-4" }, () => [["Luggage", "Two pieces that you can carry."], ["Refunds", "Up to a day before."]].map(([title, text]) => c("VExpansionPanel", { title, text }))),
        ])),
        c("VDialog", { modelValue: open.value, "onUpdate:modelValue": (to) => { open.value = to; }, maxWidth: 420 }, () =>
          c("VCard", { title: "Sign in" }, {
            text: () => [c("VTextField", { label: "E-mail", type: "email" }), c("VTextField", { label: "Password", type: "password", modelValue: "not a real one" })],
            actions: () => [c("VBtn", { onClick: () => { open.value = false; } }, () => "Cancel"), c("VBtn", { color: "indigo", variant: "flat" }, () => "Sign in")],
          })),
      ]);
  },
};
createApp(Rail).use(createVuetify({ components })).mount("#root");
