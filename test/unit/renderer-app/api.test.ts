// @vitest-environment happy-dom
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import type { AppEvent } from '../../../src-preload/contract/events'
import type * as Api from '../../../src-renderer/api'
import type { WireAnswer, WireRequest } from '../../../src-preload/contract/wire'

/** The page's client against a real WebSocket server; the backend's own side is tested in test/unit/rpc. */
let server: WebSocketServer
let api: typeof Api
const protocols: string[] = []
const events: AppEvent[] = []
const answer: { of: (request: WireRequest, socket: WebSocket) => WireAnswer | null } = { of: () => null }

const listen = (port: number): Promise<WebSocketServer> =>
  new Promise((resolve) => {
    const created = new WebSocketServer({ host: '127.0.0.1', port, handleProtocols: () => 'homegrown' }, () => {
      resolve(created)
    })
    created.on('connection', (socket, request) => {
      protocols.push(request.headers['sec-websocket-protocol'] ?? '')
      socket.on('message', (data: Buffer) => {
        const reply = answer.of(JSON.parse(data.toString('utf8')) as WireRequest, socket)
        if (reply) socket.send(JSON.stringify(reply))
      })
    })
  })
const stop = (): Promise<void> =>
  new Promise((resolve) => {
    for (const client of server.clients) client.terminate()
    server.close(() => {
      resolve()
    })
  })
const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10))
}

beforeAll(async () => {
  server = await listen(0)
  const { port } = server.address() as { port: number }
  const { happyDOM } = window as unknown as { happyDOM: { setURL: (url: string) => void } }
  happyDOM.setURL(`http://127.0.0.1:${port}/#token=00ff`)
  api = await import('../../../src-renderer/api')
  api.subscribe((event) => events.push(event))
})
afterAll(stop)

describe('browser mode', () => {
  it('takes the token out of the address and keeps it for this tab', async () => {
    expect(location.hash).toBe('#/')
    expect(sessionStorage.getItem('homegrown.token')).toBe('00ff')
    await until(() => protocols.length > 0)
    expect(protocols).toEqual(['homegrown,token.00ff'])
  })

  it('gives each answer to its own request, in any order', async () => {
    const held: WireAnswer[] = []
    answer.of = ({ id, method }, socket) => {
      held.push({ id, ok: true, output: method })
      if (held.length === 2) for (const reply of held.reverse()) socket.send(JSON.stringify(reply))
      return null
    }
    const both = await Promise.all([api.request('runs.list', { since: 0 }), api.request('corpora.list', {})])
    expect(both).toEqual(['runs.list', 'corpora.list'])
  })

  it('throws the error that the backend names', async () => {
    answer.of = ({ id }) => ({ id, ok: false, error: { code: 'run.active', params: { runs: 2 } } })
    await expect(api.request('corpora.list', {})).rejects.toMatchObject({
      code: 'run.active',
      kind: 'precondition',
      params: { runs: 2 },
    })
  })

  it('rejects what was under way when the backend goes, connects again, and says so', async () => {
    answer.of = () => null
    const lost = api.request('runs.list', { since: 0 })
    await until(() => server.clients.size === 1)
    const { port } = server.address() as { port: number }
    await stop()
    await expect(lost).rejects.toMatchObject({ code: 'backend.lost' })
    expect(events).toContainEqual({ topic: 'backend', state: 'down' })

    // A request made while it is away waits for it.
    answer.of = ({ id }) => ({ id, ok: true, output: [] })
    const waiting = api.request('runs.list', { since: 0 })
    server = await listen(port)
    expect(await waiting).toEqual([])
    await until(() => events.some((event) => event.topic === 'backend' && event.state === 'up'))
  })

  it('passes events on until unsubscribed', async () => {
    const seen: AppEvent[] = []
    const off = api.subscribe((event) => seen.push(event))
    const event: AppEvent = { topic: 'changed', what: 'runs' }
    await until(() => server.clients.size === 1)
    const [client] = server.clients
    client?.send(JSON.stringify({ event }))
    await until(() => seen.length === 1)
    off()
    client?.send(JSON.stringify({ event }))
    await until(() => events.filter((other) => other.topic === 'changed').length === 2)
    expect(seen).toEqual([event])
  })
})
