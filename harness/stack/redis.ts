import type { Stack } from './stack.ts';

/** Runs one command on the edge's database and returns its result. */
export async function redis({ env }: Pick<Stack, 'env'>, ...command: string[]): Promise<unknown> {
  const response = await fetch(env.UPSTASH_REDIS_REST_URL ?? '', {
    method: 'POST',
    headers: { authorization: `Bearer ${env.UPSTASH_REDIS_REST_TOKEN}` },
    body: JSON.stringify(command),
  });
  if (!response.ok) throw new Error(`${command[0]} returned ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { result: unknown }).result;
}
