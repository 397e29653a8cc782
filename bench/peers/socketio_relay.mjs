// A relay on socket.io, with a room for each pair: `node socketio_relay.mjs PORT`.

import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const server = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });

server.on("connection", (socket) => {
	const { session } = socket.handshake.query;
	socket.join(session);
	socket.on("frame", (frame) => socket.to(session).emit("frame", frame));
});

http.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("serves"));
