/** The practice system's own backend, as the local cloud plays it. */

export interface Patient {
  patientId: string;
  encounterId: string;
  patientLabel: string;
  facilityId: string;
  birthDate?: string;
  sex?: string;
  reason?: string;
}

export interface Practice {
  /** The origin of Photobridge's edge. */
  edge: string;
  patients: readonly Patient[];
}

export async function loadPractice(): Promise<Practice> {
  const response = await fetch('/practice.json');
  if (!response.ok) throw new Error(`The practice's backend returned ${response.status}.`);
  return (await response.json()) as Practice;
}

/** A launch token for one encounter, signed by the practice's backend. */
export async function launchToken(encounterId: string): Promise<string> {
  const response = await fetch('/launch', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ encounterId }),
  });
  if (!response.ok) throw new Error(`The practice's backend returned ${response.status}.`);
  return ((await response.json()) as { launchToken: string }).launchToken;
}
