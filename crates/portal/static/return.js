// The Desktop App opened this tab with its one-time code behind the #. First the code leaves the address bar and the
// history, then it goes to the server.
"use strict";
(() => {
  const code = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("return");
  if (!code || !form) return;
  form.elements.code.value = code;
  form.requestSubmit();
})();
