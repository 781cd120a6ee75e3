// Show the server's status in a live region, and send the colour scheme to the server.
"use strict";

function connect(page) {
  const status = page.get_model_by_name("sentence");
  const region = document.getElementById("status");
  const show = () => {
    region.textContent = status.text;
    document.getElementById("content").toggleAttribute("data-empty", status.tags.includes("empty"));
  };
  show();
  status.properties.text.change.connect(show);
  status.properties.tags.change.connect(show);

  const scheme = page.get_model_by_name("colours");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const send = () => { scheme.text = dark.matches ? "dark" : "light"; };
  send();
  dark.addEventListener("change", send);
}

const waiting = setInterval(() => {
  const page = window.Bokeh && window.Bokeh.documents.find((candidate) => candidate.get_model_by_name("sentence"));
  if (!page) return;
  clearInterval(waiting);
  connect(page);
}, 50);
