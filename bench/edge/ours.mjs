// The worker as it is deployed, which also says what its instances have grown to.
import worker from '../../edge/worker.mjs';
import { Instance } from '../../edge/instance.mjs';

const instances = [];
const { boot } = Instance.prototype;
Instance.prototype.boot = function (...args) {
  instances.push(this);
  return boot.apply(this, args);
};

export default {
  fetch(request, env, ctx) {
    return request.url.endsWith('/instances')
      ? Response.json(instances.map(({ size }) => size))
      : worker.fetch(request, env, ctx);
  },
};
