// Takes the word of a link out of the address, puts it into the field and sends it. Stores nothing.
(function () {
  "use strict";
  function send() {
    var form = document.forms[0], word = location.hash.slice(1);
    if (form && /^[a-z]+-[a-z]+$/.test(word)) {
      history.replaceState(null, "", location.pathname + location.search);
      form.elements.word.value = word;
      form.submit();
    }
  }
  document.addEventListener("DOMContentLoaded", send);
  addEventListener("hashchange", send);
}());
