// Shows one part of the survey at a time, takes the code out of the address, and tells of a mistyped
// code and of words that could point to somebody. Stores nothing; sends nothing but the form.
(function () {
  "use strict";
  var secret = location.hash.slice(1), here = location.pathname + location.search;
  document.documentElement.classList.add("js");
  if (/^[\w-]{12,40}$/.test(secret)) {
    history.replaceState(null, "", here);
  } else {
    secret = "";
  }

  function all(selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  }

  function receipt() {
    if (secret) {
      document.getElementById("receipt").textContent = secret;
      document.getElementById("slip").hidden = false;
      var record = document.links[0];
      record.textContent = location.origin + record.pathname;
    }
  }

  // The last character checks the others: see survey/ballots/codes.py.
  function whole(typed) {
    var plain = typed.toUpperCase().replace(/[\s\-\u2010-\u2014_.]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    var value = 0;
    for (var i = 0; i < plain.length; i += 1) {
      value = value << 1 ^ (value & 16 ? 37 : 0) ^ "0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(plain[i]);
    }
    return plain.length === 18 && value === 0;
  }

  // Whoever watches the line sees how long a message is, so all of them are filled up alike: else
  // its length would tell who wrote a comment. Three of 600 characters fit, whatever the letters.
  function fill(form) {
    var filler = form.elements.filler, sent;
    filler.value = "";
    sent = new URLSearchParams(new FormData(form)).toString().replace(/(%0D)?%0A/g, "%0D%0A");
    filler.value = "x".repeat((24576 - sent.length % 24576) % 24576);
  }

  // What both pages with a form do: that of the survey, and the one that asks for the code again.
  function guard(form) {
    var code = form.elements.code, typo = document.getElementById("typo");
    var filler = document.createElement("input");
    filler.type = "hidden";
    filler.name = "filler";
    form.appendChild(filler);
    form.addEventListener("submit", function (event) {
      typo.hidden = whole(code.value);
      if (!typo.hidden) {
        event.preventDefault();
        code.focus();
        return;
      }
      fill(form);
    });

    // Never in the way, and nothing of it is sent.
    form.addEventListener("input", function (event) {
      if (event.target.rows) {
        event.target.nextElementSibling.firstChild.hidden = !/@[^\s@]|:\/\/|\bwww\.|\w\.(com|org|net|eu|de|uk)\b|\d{6}|(\d[ ()./-]{0,2}){7}/i.test(event.target.value);
      }
    });

    // Whoever comes back finds an empty form, and a page sent once is not sent again by a reload.
    history.replaceState({ part: 0 }, "");
    addEventListener("pagehide", function () { form.remove(); });
    addEventListener("pageshow", function (event) {
      if (event.persisted) { location.replace(here); }
    });
  }

  function survey(form) {
    var parts = all(".part"), now = 0, asked = [], gap;
    var back = document.getElementById("back"), where = document.getElementById("where");
    var code = document.getElementById("code"), fault = document.querySelector(".errsum a");

    function show(i) {
      now = i;
      parts.forEach(function (part, j) { part.hidden = j !== i; });
      back.hidden = i === 0;
      where.textContent = parts[i].getAttribute("data-where") || where.getAttribute("data-start");
    }

    function open(i) {
      history.pushState({ part: i }, "");
      show(i);
      scrollTo(0, 0);
      parts[i].focus();
    }

    function led(link) {
      return document.getElementById(link.hash.slice(1));
    }

    function find(field) {
      return parts.indexOf(field.closest(".part"));
    }

    // A link to a field opens its part first.
    function aim(field) {
      var i = find(field);
      if (i !== now) { open(i); }
      field.focus();
      (field.closest(".q") || field).scrollIntoView();
    }

    // Left out is asked about once on each page, and then let go.
    function onward() {
      var note = parts[now].querySelector(".ask");
      var gaps = all(".one", parts[now]).filter(function (one) { return !one.querySelector(":checked"); });
      if (note) { note.hidden = !gaps.length || asked[now]; }
      if (gaps.length && !asked[now]) {
        asked[now] = true;
        gap = gaps[0].querySelector("input");
        note.focus();
      } else {
        open(now + 1);
      }
    }

    document.addEventListener("click", function (event) {
      var to = event.target;
      if (to.hreflang) {
        to.hash = secret;
      } else if (to.matches(".go")) {
        onward();
      } else if (to === back) {
        history.back();
      } else if (to.hash) {
        event.preventDefault();
        aim(to.className ? gap : led(to));
      }
    });

    // Enter sends from the field of the code alone, never half a survey.
    form.addEventListener("keydown", function (event) {
      if (event.key === "Enter" && event.target !== code && event.target.tagName === "INPUT") {
        event.preventDefault();
      }
    });

    addEventListener("popstate", function (event) {
      if (event.state) { show(event.state.part); }
    });

    // Shown alone, a part is named by its heading, and this is the first of the page.
    all(".part > h2, .pair > h3").forEach(function (heading) {
      heading.setAttribute("aria-level", heading.tagName[1] - 1);
      heading.parentNode.setAttribute("aria-label", heading.textContent);
    });
    if (secret) { code.value = secret; }
    if (fault) {
      fault = find(led(fault));
      for (var i = 1; i <= fault; i += 1) { history.pushState({ part: i }, ""); }
      show(fault);
    } else {
      show(0);
    }
    document.documentElement.classList.add("ready");
  }

  document.addEventListener("DOMContentLoaded", function () {
    var form = document.forms[0], fault = document.querySelector(".errsum");
    if (form) { guard(form); } else { receipt(); }
    if (document.getElementById("back")) { survey(form); }
    if (fault) { fault.focus(); }
  });
}());
