/** What every host needs of its practice: the edge's address, and a launch token. */

export const encounterId = 'enc-1001';

/** The edge's origin, as the address of the page says. */
export const edgeOf = (search) => new URLSearchParams(search).get('edge') ?? '';

export async function fetchLaunchToken(encounter) {
  const response = await fetch('/launch', { method: 'POST', body: JSON.stringify({ encounterId: encounter }) });
  return (await response.json()).launchToken;
}

/** How many photos a bundle has. */
export const photosIn = ({ entry }) => entry.filter(({ resource }) => resource.resourceType === 'Media').length;
