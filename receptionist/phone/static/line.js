// The socket to the receptionist: one call each.

export class Line {
  #socket = null;

  // `onMessage(message)`, `onLost()`: the connection ended without the call having ended.
  constructor({ practice, onMessage, onLost }) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = practice ? `?practice=${encodeURIComponent(practice)}` : "";
    const socket = new WebSocket(`${scheme}://${location.host}/phone/stream${query}`);
    let over = false;
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.type === "ended") over = true;
      onMessage(message);
    };
    socket.onclose = () => {
      if (!over) onLost();
      over = true;
    };
    this.#socket = socket;
  }

  send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
