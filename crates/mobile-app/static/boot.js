// Starts the app. The only script besides the generated module and the service worker.

// Trusted Types: the app's library parses its own fixed templates through a <template> element; scripts may come
// from nowhere but the service worker's address.
if (globalThis.trustedTypes?.createPolicy) {
  trustedTypes.createPolicy("default", {
    createHTML: (html) => html,
    createScriptURL: (url) => (url === "/sw.js" ? url : null),
  });
}

const start = document.getElementById("start");

function explain(nl, en) {
  const dutch = document.createElement("p");
  dutch.textContent = nl;
  const english = document.createElement("p");
  english.lang = "en";
  english.textContent = en;
  start.replaceChildren(start.querySelector("h1"), dutch, english);
  start.setAttribute("role", "alert");
}

async function run() {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB || !globalThis.WebAssembly) {
    explain(
      "Deze browser kan de app niet veilig draaien. Open de app via https, met een actuele versie van Chrome, Safari, Edge of Firefox.",
      "This browser cannot run the app safely. Open the app over https with a current version of Chrome, Safari, Edge or Firefox.",
    );
    return;
  }
  try {
    const { default: init } = await import("./mobile_app.js");
    await init({ module_or_path: "/mobile_app_bg.wasm" });
    start.remove();
  } catch (problem) {
    console.error(problem);
    explain(
      "De app kon niet starten. Controleer uw internet, sluit de app en open hem opnieuw. Helpt dat niet, vraag dan uw beheerder. (code: app-start)",
      "The app could not start. Check your internet connection, close the app and open it again. If that does not help, ask your administrator. (code: app-start)",
    );
  }
}

// A newer version takes over only after everything of this one was loaded: files of two versions never mix.
async function keepOnPhone() {
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register("/sw.js");
    const activate = (worker) => worker?.postMessage("activate");
    activate(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => worker.state === "installed" && activate(worker));
    });
  } catch (problem) {
    console.warn("no offline use:", problem.message);
  }
}

run().finally(keepOnPhone);
