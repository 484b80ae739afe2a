// Follow an agent's cobrowse sessions: the official JavaScript SDK, and `ws` (in a browser: its own WebSocket).
//
//   npm install purecloud-platform-client-v2@262.0.0 ws
//   OPENCOBROWSE_URL=… GENESYS_CLIENT_ID=… GENESYS_CLIENT_SECRET=… AGENT_USER_ID=… node notifications.cjs
const platform = require('purecloud-platform-client-v2');
const WebSocket = require('ws');

const { OPENCOBROWSE_URL, GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET, AGENT_USER_ID } = process.env;
const url = new URL(OPENCOBROWSE_URL);
platform.ApiClient.instance.setGateway({
  host: url.hostname,
  protocol: url.protocol.slice(0, -1),
  port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
  path_params_login: '',
  path_params_api: '',
});

async function main() {
  await platform.ApiClient.instance.loginClientCredentialsGrant(GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET);
  const notifications = new platform.NotificationsApi();
  const topic = `v2.users.${AGENT_USER_ID}.conversations.cobrowseSessions`;
  const channel = await notifications.postNotificationsChannels();
  await notifications.putNotificationsChannelSubscriptions(channel.id, [{ id: topic }]);

  const socket = new WebSocket(channel.connectUri);
  socket.onmessage = ({ data }) => {
    const { topicName, eventBody } = JSON.parse(data);
    if (topicName === 'channel.metadata') console.log(eventBody.message);
    if (topicName !== topic) return;
    for (const { purpose, state, viewerUrl = '' } of eventBody.participants) console.log(purpose, state, viewerUrl);
  };
  socket.onclose = ({ code, reason }) => console.log('closed', code, reason);
}

main();
