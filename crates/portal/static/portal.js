// What makes the waiting pages move by themselves. Without this script every page works with its *Verder* buttons.
"use strict";
(() => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const first = (selector) => document.querySelector(selector);
  const say = (text) => {
    const region = first("#announce");
    if (region && text) region.textContent = text;
  };

  // A page that answered a form can be reloaded without sending the form again.
  history.replaceState(null, "", location.href);

  // Count-down: visible every second, spoken once at one minute.
  const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const countDown = (element) => {
    const end = Date.now() + Number(element.dataset.countdown) * 1000;
    let spoken = Number(element.dataset.countdown) <= 60;
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      element.textContent = clockText(left);
      if (left <= 60 && !spoken) {
        spoken = true;
        say(element.dataset.minute);
      }
      if (left > 0) return void window.setTimeout(tick, 1000 - (Date.now() % 1000));
      if (element.dataset.over) location.replace(element.dataset.over);
    };
    tick();
  };
  all("[data-countdown]").forEach(countDown);

  // Live status: server-sent events, or polling where those are blocked. Any change shows the server's next page.
  const waiting = first("[data-live]");
  if (waiting) {
    const { live, status, next, stay } = waiting.dataset;
    let left = false;
    const look = (event) => {
      if (left || event.status === status) return;
      left = true;
      source.close();
      // A launch that ran out stays on the page, with what to do about it.
      if (event.status === stay) all(".late").forEach((element) => element.classList.add("now"));
      else location.replace(next);
    };
    const poll = async () => {
      while (!left) {
        try {
          const answer = await fetch(`${live}/status`, { headers: { accept: "application/json" }, cache: "no-store" });
          if (answer.ok) look(await answer.json());
          else if (answer.status === 404 || answer.status === 410) look({ status: "gone" });
        } catch { /* offline for a moment: try again */ }
        await new Promise((resolve) => window.setTimeout(resolve, 2000));
      }
    };
    let heard = false;
    const source = new EventSource(`${live}/events`);
    const hear = (message) => {
      heard = true;
      look(JSON.parse(message.data));
    };
    source.onmessage = hear;
    source.addEventListener("status", hear);
    const fallBack = () => {
      source.close();
      if (!left) poll();
    };
    const patience = window.setTimeout(() => heard || fallBack(), 4000);
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED && heard) return;
      window.clearTimeout(patience);
      fallBack();
    };
    window.addEventListener("pagehide", () => source.close());
    // A form that was sent leads on by itself; its own effect on the status must not overtake its answer.
    document.addEventListener("submit", () => {
      left = true;
      source.close();
    });
  }

  // The key of this browser: made once, kept in IndexedDB, readable by no script. It proves that this is the browser it
  // was, which a copied cookie cannot. Where it cannot be kept everything works too: the koppelcode is asked each time.
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const browserKey = async () => {
    const opening = indexedDB.open("zorgid", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
    const database = await done(opening);
    const keys = (mode) => database.transaction("keys", mode).objectStore("keys");
    const kept = await done(keys("readonly").get("browser"));
    if (kept) return kept;
    const fresh = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    // Two tabs may do this at once: the first key stays.
    await done(keys("readwrite").add(fresh, "browser")).catch(() => {});
    return done(keys("readonly").get("browser"));
  };
  const base64url = (buffer) => {
    const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };
  const prove = async (form) => {
    const { keyStep, request, challenge } = form.dataset;
    const { publicKey, privateKey } = await browserKey();
    const text = ["zorgid-browser-key-1", location.origin, keyStep, request, challenge].join("\n");
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, privateKey, new TextEncoder().encode(text));
    form.elements.sleutel.value = base64url(await crypto.subtle.exportKey("raw", publicKey));
    form.elements.handtekening.value = base64url(signature);
  };
  // A page that asks says at once which browser it is; opening the Desktop App must not stop that.
  const asking = first("form[data-key-step=ask]");
  if (asking) {
    const send = () => fetch(asking.action, { method: "POST", body: new URLSearchParams(new FormData(asking)), keepalive: true });
    prove(asking).then(send).catch(() => {});
  }
  // Who takes the result says it again, before the form goes.
  all("form[data-key-step=take]").forEach((form) => {
    let asked = false;
    form.addEventListener("submit", (event) => {
      if (form.dataset.proved) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asked) return;
      asked = true;
      prove(form).catch(() => {}).then(() => {
        form.dataset.proved = "yes";
        form.requestSubmit();
      });
    });
  });

  // The result is there: take it.
  const onward = first("form[data-auto]");
  if (onward) onward.requestSubmit();

  // Opens the Desktop App once; not when somebody came back with the Back button.
  const launch = first("a[data-launch]");
  const [visit] = performance.getEntriesByType("navigation");
  const wanted = launch && launch.dataset.launch === "auto" && (!visit || visit.type !== "back_forward");
  // Only after loading: a link to another program ends the loading of the page.
  if (wanted) window.addEventListener("load", () => launch.click());

  // What is only worth reading after a while.
  all("[data-after]").forEach((element) => {
    window.setTimeout(() => {
      element.classList.add("now");
      say(element.dataset.say);
    }, Number(element.dataset.after) * 1000);
  });

  all("button[data-copy]").forEach((button) => {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        button.textContent = button.dataset.done;
        say(button.dataset.done);
      } catch {
        window.getSelection().selectAllChildren(source);
      }
    });
  });

  // The calendar fills the text field.
  all("input[type=date][data-fills]").forEach((calendar) => {
    calendar.addEventListener("change", () => {
      const [year, month, day] = calendar.value.split("-");
      const field = document.getElementById(calendar.dataset.fills);
      if (day && field) field.value = `${day}-${month}-${year}`;
    });
  });

  // A message that comes while a button is held down would push the button away from under the pointer: the press would
  // do nothing. It waits until the button is released.
  let held = false;
  const released = [];
  document.addEventListener("pointerdown", () => (held = true), true);
  ["pointerup", "pointercancel"].forEach((end) => document.addEventListener(end, () => window.setTimeout(() => {
    held = false;
    released.splice(0).forEach((show) => show());
  }), true));
  const onceReleased = (show) => held ? released.push(show) : window.setTimeout(show);

  // Forms with data-check tell what is not right with a field when it is left, and take that back while it is put right.
  all("form[data-check] [data-hint]").forEach((field) => {
    const wrapper = field.closest(".utrecht-form-field");
    const id = `${field.id}-fout`;
    const look = (leaving) => {
      let message = document.getElementById(id);
      const wrong = field.value !== "" && !field.validity.valid;
      if (wrong && leaving && !message) {
        message = document.createElement("div");
        message.id = id;
        message.className = "utrecht-form-field-error-message utrecht-form-field__error-message";
        field.before(message);
      }
      if (wrong && !leaving) return;
      if (message) {
        if (wrong) message.textContent = field.dataset.hint;
        else message.remove();
      }
      wrapper.classList.toggle("utrecht-form-field--invalid", wrong);
      field.classList.toggle("utrecht-textbox--invalid", wrong);
      const described = (field.getAttribute("aria-describedby") || "").split(" ").filter((part) => part && part !== id);
      if (wrong) described.push(id);
      if (described.length > 0) field.setAttribute("aria-describedby", described.join(" "));
      else field.removeAttribute("aria-describedby");
      if (wrong) {
        field.setAttribute("aria-invalid", "true");
        say(field.dataset.hint);
      } else field.removeAttribute("aria-invalid");
    };
    field.addEventListener("change", () => onceReleased(() => look(true)));
    field.addEventListener("input", () => look(false));
  });

  // The session: a warning before its end, then the login page.
  const session = first("[data-session-seconds]");
  if (session) {
    const warning = first("#session-warning");
    const left = Number(session.dataset.sessionSeconds);
    const before = Number(session.dataset.warnBefore);
    window.setTimeout(() => {
      warning.hidden = false;
      say(warning.dataset.say);
    }, Math.max(0, left - before) * 1000);
    window.setTimeout(() => location.assign(session.dataset.over), (left + 1) * 1000);
  }

  // A second press of the same button does nothing.
  all("form").forEach((form) => {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent && !form.dataset.again) return event.preventDefault();
      form.dataset.sent = "yes";
    });
  });
  window.addEventListener("pageshow", (event) => {
    // The Back button may bring back an old picture of a page: ask the server where things stand.
    if (event.persisted) location.reload();
  });
})();
