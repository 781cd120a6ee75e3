for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = form.querySelector("output");
    const key = form.elements.key?.value;
    answer.textContent = "…";
    try {
      const response = await fetch(form.dataset.ask, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          ...(key ? { Authorization: `Bearer ${key}` } : {}),
        },
        body: form.elements.row.value,
      });
      const text = await response.text();
      let shown = text;
      try {
        shown = JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        // A response that isn't JSON is shown as is.
      }
      answer.textContent = `${response.status}\n${shown}`;
    } catch (error) {
      answer.textContent = `Request failed: ${error.message}`;
    }
  });
}
