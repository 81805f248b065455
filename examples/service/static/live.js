// A page with [data-events] is told when something changed, and fetches itself anew.
// Without this script everything works too: reload the page.
const live = document.getElementById('live');
if (live && window.EventSource) {
  const url = live.dataset.events + '?version=' + encodeURIComponent(live.dataset.live);
  new EventSource(url).addEventListener('change', async () => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('live');
    const busy = live.contains(document.activeElement) && document.activeElement.matches('input, textarea, select');
    if (fresh && !busy) live.replaceChildren(...fresh.childNodes);
  });
}
