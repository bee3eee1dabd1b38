// The same Go program with a new instance for each request, as the library's
// own entry does it.
import { Instance } from '../../edge/instance.mjs';

export default {
  async fetch(request, env, ctx) {
    return (await new Instance().boot(env, ctx)).handle(request, env, ctx);
  },
};
