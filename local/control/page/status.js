// The page asks for status.json every two seconds and redraws what changed.

const POLL_MS = 2000;
const SAID_MS = 4000;
const EFFECTS = {
  delay: 'delay',
  'drop-before': 'drop before the effect',
  'drop-after': 'drop after the effect',
  status: 'status',
  cut: 'cut the answer',
  'cut-upload': 'cut the upload',
  expire: 'expire',
};

const byId = (id) => document.getElementById(id);
const drawn = new Map();
let saying;

/** An element with its attributes and children; text stays text. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const cell = (content, attributes = {}) => element('td', attributes, content);
const number = (content) => cell(String(content), { class: 'number' });

/** Fills a table's body, unless it shows just that already: a redraw takes the focus away. */
function fill(id, rows, draw, none) {
  const shown = JSON.stringify(rows);
  if (drawn.get(id) === shown) return;
  drawn.set(id, shown);
  const columns = byId(id).closest('table').tHead.rows[0].cells.length;
  const empty = element('tr', {}, cell(none, { colspan: columns, class: 'none' }));
  byId(id).replaceChildren(...(rows.length ? rows.map((row) => element('tr', {}, ...draw(row))) : [empty]));
}

const time = (text) => new Date(text).toLocaleTimeString();
const kilobytes = (bytes) => `${Math.ceil(bytes / 1000).toLocaleString()} kB`;

const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

function duration(seconds) {
  if (seconds < 0) return 'never';
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function skew(ms) {
  if (ms === undefined) return '';
  return ms === 0 ? 'right' : `${Math.abs(ms) / 1000} s ${ms > 0 ? 'ahead' : 'behind'}`;
}

function when(rule) {
  const parts = [];
  if (rule.skip) parts.push(`after ${rule.skip}`);
  parts.push(rule.next ? `the next ${rule.next}` : 'every one');
  if (rule.share && rule.share < 1) parts.push(`${Math.round(rule.share * 100)} % of them`);
  return parts.join(', ');
}

function what(rule) {
  const parts = [EFFECTS[rule.effect]];
  if (rule.effect === 'status') parts.push(rule.status ?? 503);
  const { delayMs = 0, jitterMs = 0 } = rule;
  if (jitterMs) parts.push(`${delayMs} to ${delayMs + jitterMs} ms`);
  else if (delayMs) parts.push(`${delayMs} ms`);
  if (rule.retryAfter) parts.push(`retry after ${rule.retryAfter} s`);
  if (rule.keep) parts.push(`at ${Math.round(rule.keep * 100)} %`);
  return parts.join(' ');
}

function counterRows({ requests, commands, frames }) {
  const rows = Object.entries(requests).flatMap(([service, routes]) =>
    Object.entries(routes).map(([route, { count, responses }]) => ({ service, route, count, responses })),
  );
  for (const [route, count] of Object.entries(commands))
    rows.push({ service: 'redis command', route, count, responses: {} });
  for (const [route, count] of Object.entries(frames))
    rows.push({ service: 'realtime frame', route, count, responses: {} });
  return rows.sort((a, b) => a.service.localeCompare(b.service) || a.route.localeCompare(b.route));
}

function drawPlaces({ places, skewMs }) {
  const rows = places.map((place) => ({ ...place, skew: skew(skewMs[place.name.toLowerCase()]) }));
  fill(
    'places',
    rows,
    (p) => [cell(p.name), cell(element('a', { href: p.address }, p.address)), cell(p.what), number(p.skew)],
    'Nothing.',
  );
}

function drawFaults({ faults }) {
  fill(
    'faults',
    faults.rules,
    (rule) => [
      cell(what(rule)),
      cell(`${rule.service} ${rule.route ?? ''}`),
      cell(when(rule)),
      number(`${rule.hit} / ${rule.seen}`),
      cell(
        element('button', { type: 'button', 'data-method': 'DELETE', 'data-path': `/faults/${rule.id}` }, 'Remove'),
        { class: 'number' },
      ),
    ],
    `No fault is in force. The seed is ${faults.seed}.`,
  );
}

function draw(status) {
  const { sessions, objects, realtime, inbox, counters, trouble } = status;
  byId('summary').textContent =
    `since ${time(status.started)} · ${count(sessions.length, 'session')} · ${count(objects.count, 'object')}, ` +
    `${kilobytes(objects.bytes)} · ` +
    `${count(realtime.connections, 'realtime client')} on ${count(realtime.channels, 'channel')} · ` +
    `${count(realtime.published, 'event')}`;
  byId('trouble').replaceChildren(...trouble.map((sentence) => element('li', {}, sentence)));
  drawPlaces(status);
  drawFaults(status);
  fill(
    'sessions',
    sessions,
    (s) => [cell(s.encounterId, { class: 'key' }), number(s.images), number(duration(s.expiresInSeconds))],
    'No session is live.',
  );
  fill(
    'inbox',
    inbox,
    (s) => [
      cell(element('a', { href: `/inbox/${s.id}` }, s.title)),
      cell(s.description),
      cell(s.date),
      number(kilobytes(s.bytes)),
    ],
    'The inbox is empty.',
  );
  fill(
    'events',
    realtime.recent,
    (e) => [cell(time(e.at)), cell(e.channel, { class: 'key' }), cell(e.name)],
    'Nothing was published yet.',
  );
  fill(
    'objects',
    objects.newest,
    (o) => [cell(o.key, { class: 'key' }), number(kilobytes(o.size)), cell(time(o.modifiedAt))],
    'The bucket is empty.',
  );
  const counts = counterRows(counters);
  const responses = (c) =>
    Object.entries(c.responses)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ');
  fill(
    'counters',
    counts,
    (c) => [cell(c.service), cell(c.route), number(c.count), cell(responses(c))],
    'Nothing was counted yet.',
  );
  const routes = [...new Set(counts.filter((c) => c.service !== 'redis command').map((c) => c.route))];
  byId('routes').replaceChildren(...routes.map((value) => element('option', { value })));
}

function say(sentence, trouble) {
  clearTimeout(saying);
  byId('message').textContent = sentence;
  byId('message').classList.toggle('trouble', trouble);
  saying = setTimeout(() => (byId('message').textContent = ''), SAID_MS);
}

/** Does what a switch asks for, says how it went, and shows what came of it. */
async function steer(method, path, body) {
  try {
    const response = await fetch(path, { method, ...(body && { body }) });
    const answer = response.status === 204 ? {} : await response.json();
    const done = Object.entries(answer)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ');
    say(response.ok ? `Done. ${done}` : answer.error, !response.ok);
    await refresh();
  } catch {
    say('The local cloud does not respond.', true);
  }
}

async function refresh() {
  try {
    draw(await (await fetch('/status.json')).json());
  } catch {
    byId('summary').textContent = 'The local cloud does not respond. Is it still running?';
  }
}

function showFields() {
  const effect = byId('fault').elements.effect.value;
  for (const label of byId('fault').querySelectorAll('[data-for]')) {
    label.hidden = !label.dataset.for.split(' ').includes(effect);
  }
}

byId('fault').addEventListener('change', showFields);
byId('fault').addEventListener('submit', (event) => {
  event.preventDefault();
  const rule = {};
  for (const input of event.target.elements) {
    if (!input.name || input.value === '' || input.closest('[hidden]')) continue;
    rule[input.name] = input.type === 'number' ? input.valueAsNumber : input.value;
  }
  steer('POST', '/faults', JSON.stringify(rule));
});
byId('clock').addEventListener('submit', (event) => {
  event.preventDefault();
  const { service, seconds } = event.target.elements;
  steer('PUT', `/clocks/${service.value}`, JSON.stringify({ skewMs: Math.round(seconds.valueAsNumber * 1000) }));
});
document.addEventListener('click', ({ target }) => {
  const { method, path, body } = target.dataset;
  if (path) steer(method, path, body);
});

showFields();
await refresh();
setInterval(refresh, POLL_MS);
