// Hands files in, two at a time, each with a key of its own: sent again after a lost answer, it is the same arrival.
"use strict";
(() => {
  const form = document.getElementById("upload");
  if (!form) return;
  const sending = document.getElementById("sending"), outcomes = document.getElementById("outcomes");
  const told = document.getElementById("upload-progress"), words = form.dataset;
  const waiting = [];
  let under_way = 0, done = 0, all = 0, bytes = 0;
  const loaded = new Map();

  function add(files) {
    for (const file of files) {
      const row = document.createElement("li");
      const name = document.createElement("span"), meter = document.createElement("progress"), state = document.createElement("span");
      name.textContent = file.name;
      meter.max = 1; meter.value = 0; meter.setAttribute("aria-label", file.name);
      state.className = "muted"; state.textContent = words.waits;
      row.className = "line"; row.append(name, " ", meter, " ", state);
      sending.append(row);
      const one = { file, row, meter, state, key: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`, channel: form.elements.channel.value, branch: form.elements.branch.value };
      all += 1; bytes += file.size;
      if (file.size > Number(words.most)) fail(one, words.large, false); else waiting.push(one);
    }
    document.getElementById("none-yet").hidden = true;
    go();
  }

  function go() {
    while (under_way < 2 && waiting.length) send(waiting.shift());
    let sent = 0;
    loaded.forEach((part) => { sent += part; });
    told.textContent = all ? words.sent.replace("{done}", done).replace("{all}", all).replace("{percent}", Math.round(100 * (bytes ? Math.min(sent / bytes, 1) : 1))) : "";
  }

  function send(one) {
    under_way += 1;
    const request = new XMLHttpRequest(), body = new FormData();
    body.append("branch", one.branch); body.append("channel", one.channel); body.append("file", one.file);
    request.open("POST", "/api/arrivals");
    request.setRequestHeader("X-Form-Token", words.token);
    request.setRequestHeader("Idempotency-Key", one.key);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) { one.meter.value = event.loaded / event.total; loaded.set(one, one.file.size * event.loaded / event.total); go(); } });
    request.addEventListener("load", () => {
      under_way -= 1;
      if (request.status === 202) accepted(one, JSON.parse(request.responseText).receipt_number);
      else fail(one, request.status === 401 ? document.body.dataset.ended : words.refused, request.status >= 500 || request.status === 401);
      go();
    });
    request.addEventListener("error", () => { under_way -= 1; fail(one, words.lost, true); go(); });
    request.send(body);
  }

  function accepted(one, number) {
    done += 1; loaded.set(one, one.file.size); one.row.remove();
    const line = document.createElement("li");
    line.setAttribute("hx-get", `/upload/outcome/${encodeURIComponent(number)}`);
    line.setAttribute("hx-trigger", "load"); line.setAttribute("hx-swap", "outerHTML");
    line.textContent = one.file.name;
    outcomes.prepend(line);
    htmx.process(line);
    const here = new URL(location.href);
    here.searchParams.append("r", number);
    history.replaceState(null, "", here);
  }

  function fail(one, why, again) {
    one.state.className = "trouble"; one.state.textContent = why; one.meter.hidden = true;
    if (!again) return;
    const button = document.createElement("button");
    button.type = "button"; button.textContent = words.again;
    button.addEventListener("click", () => { button.remove(); one.meter.hidden = false; one.state.className = "muted"; one.state.textContent = words.waits; waiting.push(one); go(); });
    one.row.append(" ", button);
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.file.addEventListener("change", (event) => { add(event.target.files); event.target.value = ""; });
  // Files dropped anywhere on the page are meant for here; without this the browser would open them and leave the page.
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => { if (event.dataTransfer && [...event.dataTransfer.types].includes("Files")) { event.preventDefault(); form.classList.toggle("over", kind === "dragover"); if (kind === "drop") add(event.dataTransfer.files); } });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  window.addEventListener("beforeunload", (event) => { if (under_way || waiting.length) event.preventDefault(); });
})();
