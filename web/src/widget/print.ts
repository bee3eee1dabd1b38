/** Prints only a table of two columns. It prints a separate frame, so the host's page is not printed. */
export function printTable(title: string, rows: readonly (readonly [string, string])[], language: string): void {
  const frame = document.createElement('iframe');
  // Some browsers print nothing for a frame with display: none.
  Object.assign(frame.style, { position: 'fixed', width: '0', height: '0', border: '0' });
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!page || !view) return;
  page.documentElement.lang = language;
  page.title = title;
  // A constructed sheet works where the host's policy forbids inline styles.
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(
    'body { font: 11pt/1.5 system-ui, sans-serif } h1 { font-size: 14pt } th { text-align: start; font-weight: ' +
      'normal; padding-inline-end: 2em; vertical-align: top }',
  );
  page.adoptedStyleSheets = [sheet];
  const heading = page.createElement('h1');
  heading.textContent = title;
  const table = page.createElement('table');
  for (const [name, value] of rows) {
    const row = table.insertRow();
    const head = page.createElement('th');
    head.scope = 'row';
    head.textContent = name;
    row.append(head);
    row.insertCell().textContent = value;
  }
  page.body.append(heading, table);
  view.addEventListener('afterprint', () => frame.remove());
  view.print();
}
