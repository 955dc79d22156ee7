import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '../../../src-preload/contract/errors'
import { corpusLimits } from '../../../src-preload/contract/limits'
import { loadPage } from '../../page/page'
import { commonHeaders } from '../../page/policy'
import type { UploadService } from '../services/uploads'
import { hasBearer, isOwnHost, isOwnOrigin } from './access'
import { serveSocket } from './socket'
import type { Port } from './transport'

export interface BrowserServerOptions extends Port {
  readonly uploads: UploadService
  /** The built page (out/renderer). */
  readonly pageDir: string
  /** 0: any free one. */
  readonly port: number
  /** What a tab must know (access.ts). */
  readonly token: string
  /** An upload of which nothing arrives for this long is over; absent: five minutes. */
  readonly uploadSilenceMs?: number
}

/** A disk that spins up, a computer that was asleep. */
const uploadSilenceMs = 300_000

export interface BrowserServer {
  readonly port: number
  readonly token: string
  close(): Promise<void>
}

/** With the token in the fragment, which never leaves the browser. */
export const addressOf = (port: number, token: string): string => `http://127.0.0.1:${port}/#token=${token}`

const respondJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { ...commonHeaders, 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const deny = (response: ServerResponse): void => {
  respondJson(response, 403, new AppError('access.denied').toData())
}

/** Browser mode: the same page and the same requests as in the window, for tabs of this computer only (socket.ts). */
export async function serveBrowser(options: BrowserServerOptions): Promise<BrowserServer> {
  const { token } = options
  // Node ends a request after five minutes, were it an upload that goes on.
  const server = createServer({ requestTimeout: 0 })
  const port = await listen(server, options.port)

  const upload = async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    try {
      const sizeBytes = Number(request.headers['content-length'] ?? 0)
      if (sizeBytes > corpusLimits.maxFileBytes) throw new AppError('corpus.tooLarge', { name, sizeBytes })
      request.setTimeout(options.uploadSilenceMs ?? uploadSilenceMs, () => request.destroy())
      respondJson(response, 200, await options.uploads.receive(request, name))
    } catch (thrown) {
      const error = AppError.from(thrown)
      respondJson(response, error.kind === 'validation' ? 413 : 507, error.toData())
      // A browser reads the answer when it has sent everything.
      request.resume()
    }
  }

  const page = async (response: ServerResponse, path: string, head: boolean): Promise<void> => {
    const found = await loadPage(path, { dir: options.pageDir, connect: [`ws://127.0.0.1:${port}`] })
    response.writeHead(found.status, found.headers)
    response.end(head ? undefined : found.body)
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnHost(request, port)) {
      deny(response)
      return
    }
    const { method } = request
    const [path = '/', query = ''] = (request.url ?? '/').split('?')
    if (method === 'POST' && path === '/upload') {
      if (isOwnOrigin(request, port) && hasBearer(request, token)) {
        await upload(request, response, new URLSearchParams(query).get('name') ?? '')
      } else deny(response)
    } else if (method === 'GET' && path === '/key') {
      if (hasBearer(request, token)) response.writeHead(204, { ...commonHeaders, 'cache-control': 'no-store' }).end()
      else deny(response)
    } else if (method === 'GET' || method === 'HEAD') await page(response, path, method === 'HEAD')
    else deny(response)
  }

  server.on('request', (request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const closeSockets = serveSocket(options, server, port, token)

  return {
    port,
    token,
    close: async () => {
      closeSockets()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** @throws AppError `port.taken` {port}, `port.notAllowed` {port} */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') reject(new AppError('port.taken', { port }, error))
      else if (error.code === 'EACCES') reject(new AppError('port.notAllowed', { port }, error))
      else reject(error)
    }
    server.once('error', fail)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', fail)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
