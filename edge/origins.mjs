/** Lets a page of an allowed origin read a response, as edge/api does. */
export function allowOrigin(headers, request, env) {
  const origin = request.headers.get('origin');
  const allowed = (env.ALLOWED_ORIGINS ?? '').split(',').map((one) => one.trim());
  if (!origin || !allowed.includes(origin)) return;
  headers.set('access-control-allow-origin', origin);
  headers.set('access-control-expose-headers', 'Date, ETag, Retry-After, X-Request-Id');
  headers.set('vary', 'Origin');
}
