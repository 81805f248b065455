// Keys, the countdown of an undo, and news of the queue. All pages work without it.
'use strict';
(() => {
	const live = document.getElementById('live');
	const off = () => localStorage.getItem('keys') === 'off';
	const typing = (e) => e.closest && e.closest('input, textarea, select, [contenteditable]');
	const shown = (e) => !e.disabled && e.getClientRects().length > 0;

	// A key pressed by somebody who has not seen the page yet, held down, or with a
	// modifier decides nothing.
	setTimeout(() => { document.body.dataset.keys = 'on'; }, 300);
	const toggle = document.getElementById('keys-toggle');
	if (toggle) {
		const say = () => { toggle.textContent = off() ? 'Turn keys on' : 'Turn keys off'; };
		toggle.hidden = false;
		say();
		toggle.addEventListener('click', () => { localStorage.setItem('keys', off() ? 'on' : 'off'); say(); });
	}
	const move = (by) => {
		const all = [...document.querySelectorAll('[data-move]')];
		if (!all.length) return;
		const at = all.indexOf(document.activeElement);
		all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))].focus();
	};
	let pressed = false;
	document.addEventListener('keydown', (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
		if (typing(e.target)) {
			if (e.key === 'Escape') e.target.blur();
			return;
		}
		if (off() || e.repeat || !document.body.dataset.keys) return;
		if (e.key === 'j') return move(1);
		if (e.key === 'k') return move(-1);
		const all = [...document.querySelectorAll('[data-key]')].filter((b) => b.dataset.key === e.key && shown(b));
		const found = all.find((b) => b.matches('input')) || all[0];
		if (!found) return;
		e.preventDefault();
		if (found.matches('input')) return found.focus();
		if (pressed) return;
		pressed = found.matches('button[name=action]');
		found.click();
	});
	addEventListener('pageshow', () => { pressed = false; });
	document.addEventListener('submit', (e) => {
		if (e.target.dataset.sent) return e.preventDefault(); // once
		if (e.target.method === 'post') e.target.dataset.sent = 'yes';
	});
	addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((f) => delete f.dataset.sent));

	// The server says how long is left: the clock of this machine may be wrong.
	const count = () => document.querySelectorAll('.undo[data-left]').forEach((bar) => {
		const end = performance.now() + 1000 * bar.dataset.left;
		const says = bar.querySelector('.left');
		if (!says) return;
		const tick = setInterval(() => {
			const left = Math.ceil((end - performance.now()) / 1000);
			if (left > 0 && bar.isConnected) {
				says.textContent = `It is done in ${left} s.`;
				return;
			}
			clearInterval(tick);
			says.textContent = 'It is being done.';
			bar.querySelector('form')?.remove();
		}, 250);
	});
	count();

	// One stream, and only while the page is looked at: browsers open six to a host.
	let stream = null, timer = 0;
	const refresh = async () => {
		const list = document.querySelector('[data-live]');
		// Elsewhere the queue is asked, too: it has the count and what can be undone, and
		// changes nothing that would be news again.
		const answer = await fetch(list ? location.href : document.body.dataset.base + '/');
		if (!answer.ok) return;
		const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
		const open = page.querySelector('[data-open]'), here = document.querySelector('[data-open]');
		if (open && here) here.textContent = open.textContent;
		const bars = document.getElementById('pending');
		if (!bars.contains(document.activeElement)) {
			bars.replaceChildren(...page.getElementById('pending').childNodes);
			count();
		}
		const news = page.querySelector('[data-live]');
		if (!list || !news || list.innerHTML === news.innerHTML) return;
		if (list.contains(document.activeElement) || String(getSelection())) {
			live.textContent = 'The queue has changed: reload the page to see it.';
			return;
		}
		list.replaceChildren(...news.childNodes);
		live.textContent = 'The queue was brought up to date.';
	};
	const listen = () => {
		if (document.hidden || stream) return;
		stream = new EventSource(document.body.dataset.base + '/events');
		stream.addEventListener('change', () => {
			clearTimeout(timer);
			timer = setTimeout(() => refresh().catch(() => {}), 300);
		});
	};
	const stop = () => { if (stream) stream.close(); stream = null; };
	document.addEventListener('visibilitychange', () => { if (document.hidden) stop(); else listen(); });
	addEventListener('pagehide', stop);
	addEventListener('pageshow', listen);
})();
