import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { WireMessage } from '../../../src-preload/contract/wire'
import { hasProtocolToken, isOwnHost, isOwnOrigin } from './access'
import { answerRequest } from './dispatch'
import type { Port } from './transport'

/*
 * Browser mode: how a client gets in.
 *
 *   page     http://127.0.0.1:PORT/#token=HEX   (the fragment never leaves the browser; the page files need no token)
 *   socket   new WebSocket('ws://127.0.0.1:PORT/socket', ['homegrown', 'token.' + HEX])
 *            the server answers with the subprotocol `homegrown`; refused before the upgrade with 403 otherwise
 *            messages are JSON text: WireRequest from the client, WireMessage from the server (contract/wire.ts)
 *   upload   POST http://127.0.0.1:PORT/upload?name=FILENAME   authorization: Bearer HEX   body: the file's bytes
 *            answers 200 {"uploadId": "up_…"} or an ErrorData with 4xx or 5xx
 *   key      GET http://127.0.0.1:PORT/key   authorization: Bearer HEX
 *            answers 204, or 403 where the key is another one: a socket's refusal does not tell a page why
 *
 * Host must be exactly 127.0.0.1:PORT everywhere, Origin exactly http://127.0.0.1:PORT for socket and upload. There are no
 * CORS headers, so no other page can read an answer.
 */

const socketPath = '/socket'
/** A prompt of 100,000 characters in JSON and a list of 10,000 uploads fit; parsing it stops everything else for 30 ms. */
const maxMessageBytes = 4 * 1024 * 1024
/** A tab that does not read (asleep, stopped in a debugger) is cut off before it fills the memory; it reconnects. */
const maxBufferedBytes = 64 * 1024 * 1024
const pingMs = 30_000

const refuse = (socket: Duplex): void => {
  // Whoever does not hang up would keep the server from closing.
  socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () => socket.destroy())
}

/** Serves browser tabs over WebSocket on an HTTP server that listens on 127.0.0.1. Returns the function that ends it. */
export function serveSocket({ dispatch, subscribe }: Port, server: Server, port: number, token: string): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: () => 'homegrown',
  })

  const accept = (client: WebSocket): void => {
    let alive = true
    const send = (message: WireMessage): void => {
      if (client.readyState !== client.OPEN) return
      if (client.bufferedAmount > maxBufferedBytes) client.terminate()
      else client.send(JSON.stringify(message))
    }
    const unsubscribe = subscribe((event) => {
      send({ event })
    })
    const heartbeat = setInterval(() => {
      if (!alive) client.terminate()
      alive = false
      client.ping()
    }, pingMs)
    client.on('pong', () => {
      alive = true
    })
    client.on('message', (data, isBinary) => {
      // Binary messages are no requests; `data` of a text message is one Buffer with the default binaryType.
      const message = isBinary ? null : parse((data as Buffer).toString('utf8'))
      void answerRequest(dispatch, message, 'browser').then((answer) => {
        if (answer !== null) send(answer)
      })
    })
    client.on('error', () => {
      client.terminate()
    })
    client.on('close', () => {
      clearInterval(heartbeat)
      unsubscribe()
    })
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const allowed =
      request.url === socketPath &&
      isOwnHost(request, port) &&
      isOwnOrigin(request, port) &&
      hasProtocolToken(request, token)
    if (allowed) sockets.handleUpgrade(request, socket, head, accept)
    else refuse(socket)
  })

  return () => {
    for (const client of sockets.clients) client.terminate()
    sockets.close()
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
