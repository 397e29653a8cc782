// A relay on node's `ws`: `node ws_relay.mjs PORT`.

import { WebSocketServer } from "ws";

const pairs = new Map();
const server = new WebSocketServer({
	host: "127.0.0.1",
	port: Number(process.argv[2]),
	perMessageDeflate: false,
});

server.on("connection", (socket, request) => {
	const address = new URL(request.url, "http://localhost");
	const session = address.searchParams.get("session");
	const seat = address.pathname.split("/").at(-1);
	const pair = pairs.get(session) ?? {};
	pairs.set(session, pair);
	pair[seat] = socket;
	const other = seat === "customer" ? "agent" : "customer";
	socket.on("message", (data, isBinary) => pair[other]?.send(data, { binary: isBinary }));
	socket.on("close", () => delete pair[seat]);
	socket.on("error", () => socket.terminate());
});

server.on("listening", () => console.log("serves"));
