import type { CreateResponse } from '../../web/src/contract/api.ts';
import type { Stack } from '../stack/stack.ts';

/** The patients that the practice system has. */
export const ENCOUNTERS = ['enc-1001', 'enc-1002', 'enc-1003'] as const;

const api = (stack: Stack): string => `${stack.edge}/api/medtech/session`;

/** A launch token as the practice's own backend signs it. */
export async function launchToken(stack: Stack, encounterId: string): Promise<string> {
  const response = await fetch(`${stack.practice}/launch`, { method: 'POST', body: JSON.stringify({ encounterId }) });
  return ((await response.json()) as { launchToken: string }).launchToken;
}

/** Opens a patient's session, or gets the live one. */
export async function createSession(stack: Stack, encounterId: string): Promise<CreateResponse> {
  const response = await fetch(`${api(stack)}/create`, {
    method: 'POST',
    headers: bearer(await launchToken(stack, encounterId)),
  });
  if (!response.ok) throw new Error(`create answered ${response.status}`);
  return (await response.json()) as CreateResponse;
}

/** Ends every patient's session, with all its photos. */
export async function endSessions(stack: Stack): Promise<void> {
  for (const encounterId of ENCOUNTERS) {
    const { desktopToken } = await createSession(stack, encounterId);
    const response = await fetch(`${api(stack)}/${encounterId}?force=1`, { method: 'DELETE', headers: bearer(desktopToken) });
    if (!response.ok) throw new Error(`ending answered ${response.status}`);
  }
}

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });
