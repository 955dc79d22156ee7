import { protocol } from 'electron'
import { loadPage } from '../page/page'

const scheme = 'app'
const host = 'homegrown'
/** The window's address: an origin of its own, no file:// with its reach into the disk. */
export const pageUrl = `${scheme}://${host}/`

/** Before Electron is ready: makes app:// a standard, secure origin. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** @param dir the built page (out/renderer) */
export function servePage(dir: string): void {
  const answer = (url: string) => {
    const { hostname, pathname } = new URL(url)
    return loadPage(hostname === host ? pathname : '/..', { dir })
  }
  // Electron before 25 has only the older call (docs/adr/0003-real-electron-in-tests.md).
  const { handle } = protocol as { handle?: typeof protocol.handle }
  if (handle) {
    handle.call(protocol, scheme, async (request) => {
      const { status, headers, body } = await answer(request.url)
      return new Response(new Uint8Array(body), { status, headers })
    })
    return
  }
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the older call
  protocol.registerBufferProtocol(scheme, (request, callback) => {
    void answer(request.url).then(({ status, headers, body }) => {
      const [mimeType = '', charset] = (headers['content-type'] ?? '').split('; charset=')
      callback({ statusCode: status, headers: { ...headers }, data: body, mimeType, ...(charset ? { charset } : {}) })
    })
  })
}
