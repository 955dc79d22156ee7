import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** 192 random bits as hex; kept in the profile (served.ts). */
export const newToken = (): string => randomBytes(24).toString('hex')

const isToken = (given: string, token: string): boolean => {
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * A name that an attacker points at 127.0.0.1 (DNS rebinding) arrives with that name as Host: only the exact address that
 * was printed passes.
 */
export const isOwnHost = (request: IncomingMessage, port: number): boolean =>
  request.headers.host === `127.0.0.1:${port}`

/** Of requests that change something: only this server's own page sends this Origin. */
export const isOwnOrigin = (request: IncomingMessage, port: number): boolean =>
  request.headers.origin === `http://127.0.0.1:${port}`

/** `authorization: Bearer HEX`. */
export function hasBearer(request: IncomingMessage, token: string): boolean {
  const given = /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1]
  return given !== undefined && isToken(given, token)
}

/** Browsers cannot set headers on a WebSocket: the token comes as a subprotocol, `token.HEX`, beside `homegrown`. */
export function hasProtocolToken(request: IncomingMessage, token: string): boolean {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const given = offered.find((name) => name.startsWith('token.'))?.slice('token.'.length)
  return offered.includes('homegrown') && given !== undefined && isToken(given, token)
}
