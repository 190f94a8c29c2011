// The contract is there to be read: requests are tried with the application, whose sign-in this page has not.
SwaggerUIBundle({
  url: "/docs/openapi.json",
  dom_id: "#contract",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  supportedSubmitMethods: [],
  validatorUrl: null,
});
