import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, resolve, sep } from 'node:path'
import { commonHeaders, contentSecurityPolicy, noncePlaceholder } from './policy'

/** What a file of the built page is; anything else is not served. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

export interface PageOptions {
  /** Absolute path of the built page (out/renderer). */
  readonly dir: string
  /** Addresses besides its own that the page may talk to, for example `ws://127.0.0.1:4173`. */
  readonly connect?: readonly string[]
}

export interface PageResponse {
  readonly status: 200 | 404
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

const notFound: PageResponse = {
  status: 404,
  headers: { ...commonHeaders, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: Buffer.from('Not found\n'),
}

/**
 * The built page as a response, the same for `app://` and for browser mode.
 * @param path the URL's path, still percent-encoded, without query and fragment: `/`, `/assets/index-1a2b.js`
 * @returns 404 for whatever is not a file of the page; never throws for a bad path
 */
export async function loadPage(path: string, { dir, connect = [] }: PageOptions): Promise<PageResponse> {
  const file = fileOf(path, dir)
  const type = file === null ? undefined : types[extname(file)]
  if (file === null || type === undefined) return notFound
  let body: Buffer
  try {
    body = await readFile(file)
  } catch {
    return notFound
  }
  const nonce = randomBytes(16).toString('base64')
  const isHtml = extname(file) === '.html'
  return {
    status: 200,
    headers: {
      ...commonHeaders,
      'content-type': type,
      'content-security-policy': contentSecurityPolicy(nonce, connect),
      // Vite puts a hash of the content into the name of everything under assets/.
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
    },
    body: isHtml ? Buffer.from(body.toString('utf8').replaceAll(noncePlaceholder, nonce)) : body,
  }
}

/** The file that a path means, or null where it leaves the folder or cannot be a path. */
function fileOf(path: string, dir: string): string | null {
  let name: string
  try {
    name = decodeURIComponent(path)
  } catch {
    return null
  }
  // A backslash or a drive's colon would be a way out on Windows.
  if (/[\0\\:]/.test(name)) return null
  const root = resolve(dir)
  const file = resolve(root, `.${name.startsWith('/') ? name : `/${name}`}`)
  if (file === root) return resolve(root, 'index.html')
  return file.startsWith(root + sep) ? file : null
}
