import type { Page } from '@playwright/test';

/** Sets site and side of every photo, from the widget's gate. */
export async function completesAll(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Complete/ }).click();
  await page.getByLabel('Body site').selectOption('forearm');
  await page.getByText('Left', { exact: true }).click();
  const others = page.getByRole('button', { name: /^Use site and side/ });
  if (await others.isVisible()) await others.click();
  await page.keyboard.press('Escape');
}
