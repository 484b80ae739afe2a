// Baseline: a plain relay on Node's `ws`, without auth, backlog or limits.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false });
server.on('connection', (socket, request) => {
  const [, room, role] = request.url.split('/');
  const viewers = rooms.get(room) ?? new Set();
  rooms.set(room, viewers);
  if (role === 'sharer') {
    socket.on('message', (data) => {
      for (const viewer of viewers) viewer.send(data, { binary: true });
    });
  } else {
    viewers.add(socket);
    socket.on('close', () => viewers.delete(socket));
  }
});
server.on('listening', () => console.log('ready'));
