// Small aids of the console. Every page works without them.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  document.addEventListener("DOMContentLoaded", function () {
    // A form that opens or closes a survey is sent once, however often its button is pressed.
    document.querySelectorAll("form[data-once]").forEach(function (form) {
      var sent = false;
      form.addEventListener("submit", function (event) {
        if (sent) { event.preventDefault(); }
        sent = true;
        form.querySelector("button[type=submit]").setAttribute("aria-disabled", "true");
      });
      addEventListener("pageshow", function () {
        sent = false;
        form.querySelector("button[type=submit]").removeAttribute("aria-disabled");
      });
    });

    // The time zone of the machine is most often that of the survey.
    var zone = document.querySelector("input[list=zones]");
    if (zone && !zone.value && !document.querySelector(".errsum")) {
      zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    }

    var summary = document.querySelector(".errsum");
    if (summary) { summary.focus(); }

    document.querySelectorAll("[data-print]").forEach(function (button) {
      button.addEventListener("click", function () { print(); });
    });

    // Codes are shown once: whoever leaves their page is asked first.
    function keep(event) { event.preventDefault(); }
    if (document.querySelector("[data-shown-once]")) { addEventListener("beforeunload", keep); }

    // Their check is sent from behind, so that the page with the codes stays; without this script,
    // or where the answer is another page than expected, it opens in a tab of its own.
    document.querySelectorAll("form[data-check]").forEach(function (form) {
      var told = form.querySelector("[role=alert]"), button = form.querySelector("button[type=submit]"), sent = false;
      form.addEventListener("submit", function (event) {
        event.preventDefault();
        if (sent) { return; }
        sent = true;
        button.setAttribute("aria-disabled", "true");
        told.hidden = true;
        fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then(function (answer) {
          if (answer.redirected || (answer.status !== 200 && answer.status !== 422)) { throw new Error("another page"); }
          return answer.ok ? "" : answer.text();
        }).then(function (page) {
          if (!page) {
            removeEventListener("beforeunload", keep);
            location.assign(form.dataset.check);
            return;
          }
          var faults = new DOMParser().parseFromString(page, "text/html").querySelectorAll(".errsum li");
          told.textContent = Array.prototype.map.call(faults, function (fault) { return fault.textContent; }).join(" ");
          told.hidden = false;
          form.querySelector("input[type=text]").focus();
        }).catch(function () {
          form.submit();
        }).then(function () {
          sent = false;
          button.removeAttribute("aria-disabled");
        });
      });
    });
  });
}());
