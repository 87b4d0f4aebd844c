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
    if (document.querySelector("[data-shown-once]")) {
      addEventListener("beforeunload", function (event) { event.preventDefault(); });
    }
  });
}());
