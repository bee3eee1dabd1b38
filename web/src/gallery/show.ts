/** What the pages of the gallery have in common. */

/** Draws the state that the address names, and is busy until it is drawn. Without a name, lists all states as links. */
export async function show<State>(
  states: Readonly<Record<string, State>>,
  draw: (state: State, place: HTMLElement) => void | Promise<void>,
): Promise<void> {
  const place = document.getElementById('app');
  if (!place) throw new Error('the page has no #app');
  const name = new URLSearchParams(location.search).get('state');
  const state = states[name ?? ''];
  place.ariaBusy = 'true';
  if (state === undefined) place.replaceChildren(listOf(Object.keys(states)));
  else await draw(state, place);
  place.ariaBusy = 'false';
}

function listOf(names: readonly string[]): HTMLElement {
  const list = document.createElement('ul');
  for (const name of names) {
    const link = Object.assign(document.createElement('a'), { href: `?state=${encodeURIComponent(name)}` });
    link.textContent = name;
    list.appendChild(document.createElement('li')).append(link);
  }
  return list;
}
