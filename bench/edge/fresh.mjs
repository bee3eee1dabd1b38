// The same Go program with a new instance for each request, as the library's
// own entry does it.
import { Instance, readBody } from '../../edge/instance.mjs';

export default {
  async fetch(request, env, ctx) {
    const body = await readBody(request);
    return (await new Instance().boot(env, ctx)).handle(request, body, env, ctx);
  },
};
