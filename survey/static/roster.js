// Shows how far the upload of a file is. The form works without it.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  document.addEventListener("DOMContentLoaded", function () {
    var form = document.querySelector("form[data-upload]");
    if (!form) { return; }
    var file = form.querySelector("input[type=file]"), button = form.querySelector("button[type=submit]");
    var shown = form.querySelector(".uploading"), bar = shown.querySelector("progress");
    var large = form.querySelector("[data-too-large]"), sending = false;

    function end() {
      sending = false;
      shown.hidden = true;
      button.removeAttribute("aria-disabled");
    }

    // What is wrong stands on the page that came back; everything else is kept as it was typed.
    function tell(page) {
      var faults = new DOMParser().parseFromString(page, "text/html").querySelectorAll(".errsum li");
      large.textContent = Array.prototype.map.call(faults, function (li) { return li.textContent; }).join(" ");
      large.hidden = false;
      end();
      file.focus();
    }

    form.addEventListener("submit", function (event) {
      if (!file.files.length) { return; }
      event.preventDefault();
      large.hidden = true;
      if (sending) { return; }
      if (file.files[0].size > Number(form.dataset.largest)) {
        large.hidden = false;
        file.focus();
        return;
      }
      sending = true;
      button.setAttribute("aria-disabled", "true");
      bar.removeAttribute("value");
      shown.hidden = false;
      var request = new XMLHttpRequest();
      request.upload.addEventListener("progress", function (now) {
        if (now.lengthComputable) { bar.value = Math.round(100 * now.loaded / now.total); }
      });
      request.addEventListener("load", function () {
        if (request.status === 200) { location.assign(request.responseURL); }
        else if (request.status === 422) { tell(request.responseText); }
        else { end(); form.submit(); }
      });
      request.addEventListener("error", function () { end(); form.submit(); });
      request.open("POST", form.action);
      request.send(new FormData(form));
    });
  });
}());
