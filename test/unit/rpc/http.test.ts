import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { newToken } from '../../../src-main/backend/rpc/access'
import { addressOf, serveBrowser, type BrowserServer } from '../../../src-main/backend/rpc/http'
import type { AppEvent } from '../../../src-preload/contract/events'
import { corpusLimits } from '../../../src-preload/contract/limits'
import type { WireMessage } from '../../../src-preload/contract/wire'
import { openBackend } from '../services/backend'
import { temporaryFolder } from '../temporary'

async function serve(more: { readonly uploadSilenceMs?: number } = {}) {
  const { backend, profileDir } = openBackend()
  const pageDir = temporaryFolder()
  mkdirSync(join(pageDir, 'assets'))
  writeFileSync(join(pageDir, 'index.html'), '<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__">')
  const server = await serveBrowser({
    ...backend,
    uploads: backend.services.uploads,
    pageDir,
    port: 0,
    token: newToken(),
    ...more,
  })
  onTestFinished(() => server.close())
  return { server, backend, profileDir }
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

function ask(port: number, method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, setHost: false, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** What the server says to an upgrade, byte for byte: 101 or a refusal. */
function upgrade(port: number, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    const lines = Object.entries({
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.on('error', reject)
    socket.on('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1]))
      socket.destroy()
    })
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  })
}

const good = ({ port, token }: BrowserServer) => ({
  host: `127.0.0.1:${port}`,
  origin: `http://127.0.0.1:${port}`,
  protocol: `homegrown, token.${token}`,
})

/** What else could arrive, `port` filled in; undefined leaves the header out. */
const badHosts = (port: number): (string | undefined)[] => [
  undefined,
  '',
  'evil.example',
  `evil.example:${port}`,
  `localhost:${port}`,
  `127.0.0.1.evil.example:${port}`,
  `127.0.0.1.:${port}`,
  '127.0.0.1',
  `127.0.0.1:${port + 1}`,
  `0.0.0.0:${port}`,
  `[::1]:${port}`,
]
const badOrigins = (port: number): (string | undefined)[] => [
  undefined,
  'null',
  'http://evil.example',
  `https://127.0.0.1:${port}`,
  `http://127.0.0.1:${port + 1}`,
  `http://127.0.0.1:${port}.evil.example`,
  `http://localhost:${port}`,
  `http://127.0.0.1:${port}/`,
]
const badProtocols = (token: string): (string | undefined)[] => [
  undefined,
  'homegrown',
  `token.${token}`,
  'homegrown, token.',
  `homegrown, token.${token.slice(1)}`,
  `homegrown, token.${token}0`,
  `homegrown, token.${'0'.repeat(48)}`,
  `homegrown, token.${token.toUpperCase()}`,
]
const headersOf = (given: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

describe('the socket', () => {
  it('opens for the right host, origin and token only, and is refused before the upgrade', async () => {
    const { server } = await serve()
    const { port, token } = server
    const { host, origin, protocol } = good(server)
    const open = (h?: string, o?: string, p?: string, path = '/socket') =>
      upgrade(port, path, headersOf({ host: h, origin: o, 'sec-websocket-protocol': p }))

    expect(await open(host, origin, protocol)).toBe(101)
    // A missing Host is refused by Node itself, with 400.
    for (const bad of badHosts(port)) expect(await open(bad, origin, protocol), `host ${bad}`).toBeOneOf([400, 403])
    for (const bad of badOrigins(port)) expect(await open(host, bad, protocol), `origin ${bad}`).toBe(403)
    for (const bad of badProtocols(token)) expect(await open(host, origin, bad), `protocol ${bad}`).toBe(403)
    for (const path of ['/', '/socket2', '/socket?x', '//socket']) {
      expect(await open(host, origin, protocol, path), path).toBe(403)
    }
    // Every pair of a wrong host and a wrong origin: one right header never makes up for another.
    for (const h of badHosts(port)) for (const o of badOrigins(port)) expect(await open(h, o, protocol)).not.toBe(101)
  })

  it('is closed to whoever was refused and does not hang up', async () => {
    const { server } = await serve()
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    socket.write(
      `GET /socket HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    )
    const refusal = await new Promise((resolve) =>
      socket.once('data', (data) => {
        resolve(data.toString())
      }),
    )
    expect(refusal).toContain('403')
    // Ctrl-C would wait for it for ever.
    await server.close()
  })

  it('carries requests, answers and events; paths are not for browsers', async () => {
    const { server, backend } = await serve()
    const { origin } = good(server)
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, ['homegrown', `token.${server.token}`], {
      origin,
    })
    const messages: WireMessage[] = []
    let heard: () => void = () => undefined
    socket.on('message', (data: Buffer) => {
      messages.push(JSON.parse(data.toString()) as WireMessage)
      heard()
    })
    await new Promise((resolve) => socket.once('open', resolve))
    expect(socket.protocol).toBe('homegrown')
    const find = async <T>(fits: (message: WireMessage) => T | undefined): Promise<T> => {
      for (;;) {
        for (const message of messages) {
          const found = fits(message)
          if (found !== undefined) return found
        }
        await new Promise<void>((resolve) => (heard = resolve))
      }
    }
    const answerTo = (id: number) => find((m) => ('id' in m && m.id === id ? m : undefined))

    socket.send('no json')
    socket.send('{"id":"x"}')
    socket.send(Buffer.from([1, 2, 3]))
    socket.send(JSON.stringify({ id: 1, method: 'settings.set', input: { theme: 'dark' } }))
    expect(await answerTo(1)).toMatchObject({ ok: true, output: { theme: 'dark' } })
    const event = await find((m): AppEvent | undefined => ('event' in m ? m.event : undefined))
    expect(event).toEqual({ topic: 'changed', what: 'settings' })

    const input = { sources: [{ kind: 'path', path: '/etc/passwd' }] }
    socket.send(JSON.stringify({ id: 2, method: 'corpora.import', input }))
    expect(await answerTo(2)).toMatchObject({ ok: false, error: { code: 'access.denied' } })
    expect(backend.services.corpora.list()).toEqual([])
    socket.close()
  })
})

describe('http', () => {
  it('serves the page to the right host only, without CORS', async () => {
    const { server } = await serve()
    const { host } = good(server)
    const page = await ask(server.port, 'GET', '/', { host })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${server.port}`)
    expect(page.headers['content-security-policy']).not.toContain('unsafe')
    expect(Object.keys(page.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(page.body).not.toContain('__CSP_NONCE__')
    expect(page.body).not.toContain(server.token)
    for (const bad of badHosts(server.port).slice(1)) {
      const answer = await ask(server.port, 'GET', '/', headersOf({ host: bad }))
      expect(answer.status, `host ${bad}`).toBeOneOf([400, 403])
    }
    expect((await ask(server.port, 'GET', '/../../etc/passwd', { host })).status).toBe(404)
    expect((await ask(server.port, 'OPTIONS', '/', { host, origin: 'http://evil.example' })).status).toBe(403)
  })

  it('takes an upload with token and origin only', async () => {
    const { server, backend } = await serve()
    const { host, origin } = good(server)
    const authorization = `Bearer ${server.token}`
    const upload = (headers: Record<string, string | undefined>) =>
      ask(
        server.port,
        'POST',
        '/upload?name=%E6%96%87.txt',
        headersOf({ host, origin, authorization, ...headers }),
        'hi',
      )
    const answer = await upload({})
    expect(answer.status).toBe(200)
    const { uploadId } = JSON.parse(answer.body) as { uploadId: string }
    expect(backend.services.uploads.sourceOf(uploadId).name).toBe('文.txt')
    for (const bad of badOrigins(server.port)) expect((await upload({ origin: bad })).status).toBe(403)
    for (const bad of [undefined, '', 'Bearer', `Bearer ${server.token}0`, `Basic ${server.token}`]) {
      expect((await upload({ authorization: bad })).status).toBe(403)
    }
  })

  it('says why an upload failed while it is still being sent, and keeps nothing of it', async ({ skip }) => {
    const { server, profileDir } = await serve()
    const { host, origin } = good(server)
    const authorization = `Bearer ${server.token}`
    const path = '/upload?name=a.txt'
    const length = { 'content-length': String(corpusLimits.maxFileBytes + 1) }
    expect((await ask(server.port, 'POST', path, { host, origin, authorization, ...length })).status).toBe(413)

    const folder = join(profileDir, 'uploads')
    mkdirSync(folder)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0
    if (!mounted) skip('only root may mount a small disk to fill')
    onTestFinished(() => void spawnSync('umount', [folder]))
    // As a browser does: it looks for an answer when it has sent everything.
    const size = 50_000_000
    const lines = [`POST ${path} HTTP/1.1`, `host: ${host}`, `origin: ${origin}`, `authorization: ${authorization}`]
    const socket = connect(server.port, '127.0.0.1').setEncoding('utf8')
    const answer = await new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.write(`${lines.join('\r\n')}\r\ncontent-length: ${size}\r\n\r\n${'x'.repeat(size)}`, () => {
        socket.once('data', resolve)
      })
    })
    socket.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 507 /)
    expect(answer).toContain(JSON.stringify({ code: 'disk.full', params: {} }))
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes an upload however long it lasts, and gives one up of which nothing arrives any more', async () => {
    const silenceMs = 300
    const { server, profileDir } = await serve({ uploadSilenceMs: silenceMs })
    const { host, origin } = good(server)
    const headers = { host, origin, authorization: `Bearer ${server.token}`, 'content-length': '12' }
    const send = (pieces: number): Promise<number | string> =>
      new Promise((resolve) => {
        const sent = httpRequest(
          { host: '127.0.0.1', port: server.port, method: 'POST', path: '/upload?name=a.txt', headers, agent: false },
          ({ statusCode }) => {
            resolve(statusCode ?? 0)
          },
        )
        sent.on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? '')
        })
        let left = pieces
        const timer = setInterval(() => {
          sent.write('x')
          left -= 1
          if (left === 0) clearInterval(timer)
        }, silenceMs / 3)
        onTestFinished(() => {
          clearInterval(timer)
        })
      })
    // Four times as long as the silence that ends one.
    expect(await send(12)).toBe(200)
    expect(await send(6)).toBe('ECONNRESET')
    await vi.waitFor(() => {
      expect(readdirSync(join(profileDir, 'uploads')).filter((name) => !name.endsWith('.name'))).toHaveLength(1)
    })
  })

  it('says whether a key is the right one, to the right host only', async () => {
    const { server } = await serve()
    const { host } = good(server)
    const key = async (headers: Record<string, string | undefined>): Promise<number> =>
      (await ask(server.port, 'GET', '/key', headersOf(headers))).status
    expect(await key({ host, authorization: `Bearer ${server.token}` })).toBe(204)
    for (const bad of [undefined, '', 'Bearer', `Bearer ${server.token}0`, `Basic ${server.token}`]) {
      expect(await key({ host, authorization: bad })).toBe(403)
    }
    for (const bad of badHosts(server.port).slice(1)) {
      expect(await key({ host: bad, authorization: `Bearer ${server.token}` })).toBeOneOf([400, 403])
    }
  })

  it('listens on this computer only, and says when a port is taken', async () => {
    const { server, backend } = await serve()
    expect(newToken()).toMatch(/^[0-9a-f]{48}$/)
    expect(newToken()).not.toBe(newToken())
    expect(addressOf(server.port, server.token)).toBe(`http://127.0.0.1:${server.port}/#token=${server.token}`)
    const { port, token } = server
    const again = serveBrowser({ ...backend, uploads: backend.services.uploads, pageDir: '', port, token })
    await expect(again).rejects.toMatchObject({ code: 'port.taken', params: { port } })
  })
})
