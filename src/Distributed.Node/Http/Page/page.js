'use strict';
const el = id => document.getElementById(id);
const number = (x, digits = 4) => typeof x === 'number' ? x.toFixed(digits) : '';
const bytes = b => b >= 1e9 ? (b / 1e9).toFixed(1) + ' GB' : b >= 1e6 ? (b / 1e6).toFixed(1) + ' MB' : b >= 1e3 ? (b / 1e3).toFixed(0) + ' kB' : (b || 0) + ' B';
const keyInput = el('key').querySelector('input');
let key = '', chosen = null, stream = null, epochs = [];
// The key stays in this page's memory: a reload asks for it again.
keyInput.addEventListener('change', () => { key = keyInput.value; refresh(); });

async function get(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { ...(key ? { Authorization: 'Bearer ' + key } : {}), ...(options.headers || {}) } });
  if (response.status === 401) el('key').hidden = false;
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).detail || response.statusText);
  return response;
}
// Everything that comes from the cluster goes in as text, never as markup.
function row(cells, options = {}) {
  const tr = document.createElement('tr');
  for (const cell of cells) {
    const td = document.createElement('td');
    if (cell instanceof Node) td.append(cell); else td.textContent = cell.text ?? cell;
    if (cell.kind) td.className = cell.kind;
    tr.append(td);
  }
  if (options.kind) tr.className = options.kind;
  if (options.onclick) tr.addEventListener('click', options.onclick);
  return tr;
}
function done(part, whole) {
  const span = document.createElement('span'), bar = document.createElement('progress');
  bar.max = whole || 1; bar.value = part;
  span.append(bar, ` ${part.toLocaleString('en')} of ${whole.toLocaleString('en')} steps`);
  return span;
}
function fingerprint(sha256) {
  const span = document.createElement('span');
  span.textContent = (sha256 || '').slice(0, 12); span.title = sha256 || '';
  return span;
}
async function refresh() {
  try {
    const [nodes, jobs] = await Promise.all([get('/api/v1/nodes').then(r => r.json()), get('/api/v1/jobs?limit=50').then(r => r.json())]);
    el('problem').textContent = '';
    el('summary').textContent = `${nodes.nodes.length} node${nodes.nodes.length === 1 ? '' : 's'}, ${jobs.jobs.filter(j => j.state === 'running').length} running, ${jobs.jobs.filter(j => j.state === 'queued').length} queued`;
    el('nodes').tBodies[0].replaceChildren(...nodes.nodes.map(n => row([
      n.address, n.roles.filter(r => r !== 'core').join(', '), n.reachable ? n.state : { text: n.state + ', unreachable', kind: 'failed' },
      { text: n.load ? `${number(n.load.busyProcessors, 1)} of ${n.load.processors}` : '', kind: 'n' }, { text: n.load ? bytes(n.load.memoryBytes) : '', kind: 'n' },
      { text: n.load ? Math.round(n.load.samplesPerSecond).toLocaleString('en') : '', kind: 'n' },
      { text: n.load ? bytes(n.load.receivedBytesPerSecond + n.load.sentBytesPerSecond) + '/s' : '', kind: 'n' }, (n.load?.jobs || []).join(', ')])));
    el('jobs').tBodies[0].replaceChildren(...jobs.jobs.map(j => row([
      j.id, { text: j.state + (j.reason ? ': ' + j.reason : ''), kind: j.state }, j.data, done(j.step, j.totalSteps),
      { text: number(j.metrics?.trainLoss), kind: 'n' }, { text: number(j.metrics?.validationLoss), kind: 'n' },
      { text: j.metrics?.validationAccuracy === undefined ? '' : number(j.metrics.validationAccuracy * 100, 2) + ' %', kind: 'n' },
      fingerprint(j.weightsSha256)],
      { kind: 'job' + (j.id === chosen ? ' chosen' : ''), onclick: () => choose(j.id) })));
    if (!chosen && jobs.jobs.length) choose((jobs.jobs.find(j => j.state === 'running') || jobs.jobs.find(j => j.startedAt) || jobs.jobs[0]).id);
  } catch (e) { el('problem').textContent = e.message; }
}
async function choose(id) {
  if (chosen === id && stream) return;
  stream?.abort();
  chosen = id; epochs = []; el('job').hidden = false;
  const mine = stream = new AbortController();
  let last = null, words = '';
  draw('');
  while (!mine.signal.aborted) {
    try {
      const response = await get(`/api/v1/jobs/${encodeURIComponent(id)}/events`, { signal: mine.signal, headers: last ? { 'Last-Event-ID': last } : {} });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; ;) {
        const { value, done: end } = await reader.read();
        if (end) break;
        text += value;
        for (let at; (at = text.indexOf('\n\n')) >= 0; text = text.slice(at + 2)) {
          const fields = Object.fromEntries(text.slice(0, at).split('\n').map(l => [l.slice(0, l.indexOf(': ')), l.slice(l.indexOf(': ') + 2)]));
          if (!fields.data || mine.signal.aborted) continue;
          if (fields.id) last = fields.id;
          const data = JSON.parse(fields.data);
          if (fields.event === 'epoch') epochs.push(data.decision.metrics);
          if (fields.event === 'progress') words = `epoch ${data.epoch + 1}, step ${data.step.toLocaleString('en')}, ${data.workers} workers`;
          if (fields.event === 'paused') words = `paused at step ${data.step.toLocaleString('en')}`;
          if (fields.event === 'finished') { draw(`${data.end.outcome.toLowerCase()} at step ${data.end.step.toLocaleString('en')}`); return; }
        }
        if (!mine.signal.aborted) draw(words);
      }
    } catch (e) { if (mine.signal.aborted) return; }
    await new Promise(r => setTimeout(r, 1000));
  }
}
function draw(words) {
  el('title').textContent = chosen + (words ? ' — ' + words : '');
  chart('loss', 'loss', [['training', 'trainLoss', '--train'], ['validation', 'validationLoss', '--valid']]);
  chart('accuracy', 'accuracy', [['training', 'trainAccuracy', '--train'], ['validation', 'validationAccuracy', '--valid']]);
}
function chart(place, name, lines) {
  const svgns = 'http://www.w3.org/2000/svg', [w, h, left, foot] = [420, 220, 48, 24];
  const make = (tag, attributes, text) => { const node = document.createElementNS(svgns, tag); for (const k in attributes) node.setAttribute(k, attributes[k]); if (text) node.textContent = text; return node; };
  const values = lines.flatMap(([, member]) => epochs.map(e => e[member])).filter(v => typeof v === 'number');
  el(place).hidden = values.length === 0;
  if (!values.length) return;
  const [low, high] = [Math.min(...values), Math.max(...values)], span = high - low || 1;
  const x = i => left + (w - left - 10) * (epochs.length > 1 ? i / (epochs.length - 1) : .5), y = v => 10 + (h - foot - 10) * (1 - (v - low) / span);
  const svg = make('svg', { viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': name });
  for (const v of [low, (low + high) / 2, high]) svg.append(make('line', { x1: left, x2: w - 10, y1: y(v), y2: y(v), stroke: 'var(--line)' }), make('text', { x: left - 6, y: y(v) + 4, 'text-anchor': 'end' }, number(v, 3)));
  svg.append(make('text', { x: left, y: h - 6 }, '1'), make('text', { x: w - 10, y: h - 6, 'text-anchor': 'end' }, `epoch ${epochs.length}`));
  lines.forEach(([label, member, colour], i) => {
    const points = epochs.map((e, n) => typeof e[member] === 'number' ? `${x(n).toFixed(1)},${y(e[member]).toFixed(1)}` : null).filter(Boolean);
    svg.append(make('polyline', { points: points.join(' '), fill: 'none', stroke: `var(${colour})`, 'stroke-width': 2 }), make('text', { x: w / 2 + i * 80, y: h - 6, style: `fill: var(${colour})` }, label));
    if (points.length === 1) svg.append(make('circle', { cx: points[0].split(',')[0], cy: points[0].split(',')[1], r: 3, fill: `var(${colour})` }));
  });
  const title = document.createElement('div'); title.textContent = name; title.className = 'soft';
  el(place).replaceChildren(title, svg);
}
refresh(); setInterval(refresh, 2000);
