// Letters: requests that nothing waits for, such as events for the desktop.

const TRIES = 3;
const PATIENCE_MS = 3000;
const FIRST_WAIT_MS = 100;

/**
 * Sends a POST until it is taken or refused, or until neither tries nor patience are left, as realtime.Outgoing does.
 * Resolves to what came of it, for the log: a status, or the name of what went wrong.
 */
export async function deliver(send, { url, headers, body }, sleep = wait) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), PATIENCE_MS);
  try {
    let pause = FIRST_WAIT_MS;
    for (let left = TRIES - 1; ; left--) {
      const result = await once(send, url, { method: 'POST', headers, body, signal: controller.signal });
      if (!mayHelp(result) || left === 0 || controller.signal.aborted) return result;
      await sleep(pause);
      pause *= 3;
    }
  } finally {
    clearTimeout(timer);
  }
}

async function once(send, url, init) {
  try {
    const response = await send(url, init);
    await response.arrayBuffer();
    return response.status;
  } catch (error) {
    return error?.name ?? 'Error';
  }
}

/** Whether another try may help; statuses as in shared/retry.go. */
function mayHelp(result) {
  return typeof result === 'string' || result === 408 || result === 425 || result === 429 || result >= 500;
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
