import type { BrowserContext } from '@playwright/test';
import { BASE_PATH, type Consent, type CreateResponse, type Grant } from '../../web/src/contract/api.ts';

/** Lets every session that this phone opens ask for consent; the edge's own setting is for all of its sessions. */
export async function askConsent(context: BrowserContext, consent: Consent): Promise<void> {
  await context.route(`**${BASE_PATH}/token/*`, async (route) => {
    const response = await route.fetch();
    const grant = (await response.json()) as Grant;
    await route.fulfill({ response, json: { ...grant, consent } });
  });
}

/** Lets every session that this desktop opens ask for consent. */
export async function askConsentOnDesktop(context: BrowserContext, consent: Consent): Promise<void> {
  await context.route(`**${BASE_PATH}/create`, async (route) => {
    const response = await route.fetch();
    const created = (await response.json()) as CreateResponse;
    await route.fulfill({ response, json: { ...created, consent } });
  });
}
