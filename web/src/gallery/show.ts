/** What the pages of the gallery have in common. */

/** Draws the state that the address names. Without a name, lists all of them as links. */
export function show<State>(
  states: Readonly<Record<string, State>>,
  draw: (state: State, place: HTMLElement) => void,
): void {
  const place = document.getElementById('app');
  if (!place) throw new Error('the page has no #app');
  const name = new URLSearchParams(location.search).get('state');
  const state = states[name ?? ''];
  if (state === undefined) place.replaceChildren(listOf(Object.keys(states)));
  else draw(state, place);
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
