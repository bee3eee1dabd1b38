const hosts = new URL('..', import.meta.url).pathname;

export default { basePath: '/next', turbopack: { root: hosts }, poweredByHeader: false };
