"use strict";
(() => {
	const table = document.getElementById("all");
	if (!table) return;
	const find = document.getElementById("find"), said = document.getElementById("said"), fold = table.closest("details");
	const body = table.tBodies[0], rows = Array.from(body.rows), kinds = ["warning", "block", "restriction", "suspension", "referral"];
	let texts;
	const filter = () => {
		texts ||= rows.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase());
		const words = find.value.toLowerCase().split(/\s+/);
		let shown = 0;
		rows.forEach((row, i) => {
			row.hidden = !words.every((word) => texts[i].includes(word));
			shown += !row.hidden;
		});
		said.textContent = find.value ? shown.toLocaleString("en") + " of " + rows.length.toLocaleString("en") : "";
		if (fold && find.value) fold.open = true;
	};
	let wait;
	find.addEventListener("input", () => {
		clearTimeout(wait);
		wait = setTimeout(filter, 100);
	});
	const key = (row, at, words) => {
		const text = row.cells[at].textContent;
		if (!words) return text ? parseFloat(text.replaceAll(",", "")) : NaN;
		return kinds.includes(text) ? kinds.indexOf(text) : text.toLowerCase();
	};
	const heads = Array.from(table.tHead.rows[0].cells);
	heads.forEach((head, at) => {
		const words = head.classList.contains("words"), button = document.createElement("button");
		button.type = "button";
		button.textContent = head.textContent;
		head.replaceChildren(button);
		button.addEventListener("click", () => {
			const turned = {ascending: "descending", descending: "ascending"}, first = words ? "ascending" : "descending";
			const now = head.getAttribute("aria-sort"), next = now ? turned[now] : first, down = next === "descending";
			const order = rows.map((row) => [key(row, at, words), row]);
			order.sort(([a], [b]) => {
				if (a !== a || b !== b) return (a !== a) - (b !== b);
				return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
			});
			heads.forEach((other) => other.removeAttribute("aria-sort"));
			head.setAttribute("aria-sort", next);
			body.append(...order.map(([, row]) => row));
		});
	});
	document.getElementById("tools").hidden = false;
})();
