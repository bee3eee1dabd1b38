/** Renders shared/openapi.yaml. Its requests go to the deployment that serves this page. */
SwaggerUIBundle({
  url: '/docs/openapi.yaml',
  dom_id: '#api',
  deepLinking: true,
  // Its badge would come from another origin.
  validatorUrl: null,
});
