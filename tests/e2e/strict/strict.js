// Puts the SDK's element here as the server's own snippet would, under Trusted Types: by a policy for one origin.
const [server, deployment, customer] = location.hash.slice(1).split(',');
const policy = trustedTypes.createPolicy('site', { createScriptURL: (url) => url });
const script = document.createElement('script');
script.src = policy.createScriptURL(`${server}/sdk/v1.js`);
script.dataset.deployment = deployment;
script.dataset.externalId = customer;
document.head.append(script);
