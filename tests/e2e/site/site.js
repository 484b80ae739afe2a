// Loads the SDK of the server named in the address, and keeps the names across links: tests start servers on any port.
const given = new URLSearchParams(location.search);
const names = ['server', 'deployment', 'customer'];
for (const name of names) if (given.has(name)) sessionStorage.setItem(`site.${name}`, given.get(name));
const [server, deployment, customer] = names.map((name) => sessionStorage.getItem(`site.${name}`));
if (server) {
  const script = document.createElement('script');
  script.src = `${server}/sdk/v1.js`;
  script.dataset.deployment = deployment;
  if (customer) script.dataset.externalId = customer;
  document.head.append(script);
}
addEventListener('DOMContentLoaded', () => {
  document.getElementById('route').addEventListener('click', () => {
    history.pushState({}, '', '/route/deep');
    document.title = 'Deep route';
    document.getElementById('title').textContent = 'Routed';
  });
});
