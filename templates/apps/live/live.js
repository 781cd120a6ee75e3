// Two small bridges: a sentence from the server into a live region, and the colour scheme to it.
"use strict";

function connect(page) {
  const said = page.get_model_by_name("sentence");
  const region = document.getElementById("said");
  const show = () => {
    region.textContent = said.text;
    document.getElementById("content").toggleAttribute("data-empty", said.tags.includes("empty"));
  };
  show();
  said.properties.text.change.connect(show);
  said.properties.tags.change.connect(show);

  const scheme = page.get_model_by_name("colours");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const tell = () => { scheme.text = dark.matches ? "dark" : "light"; };
  tell();
  dark.addEventListener("change", tell);
}

const waiting = setInterval(() => {
  const page = window.Bokeh && window.Bokeh.documents.find((one) => one.get_model_by_name("sentence"));
  if (!page) return;
  clearInterval(waiting);
  connect(page);
}, 50);
